import assert from "node:assert/strict";
import { test } from "node:test";
import { differentiate } from "../../src/graph/differentiate.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { empty, input } from "../../src/graph/trace.ts";
import { add } from "../../src/ops/add.ts";
import { addOnto } from "../../src/ops/add_onto.ts";
import { layerNorm } from "../../src/ops/layer_norm.ts";
import { qkNorm } from "../../src/ops/qk_norm.ts";
import { rmsNorm } from "../../src/ops/rms_norm.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

const ROWS = 130;
const layout = { heads: 1, keyValueHeads: 1, headDim: 8 };
const weights = { weight: [8], bias: [8], other: [8] } as const;

/** Each norm with the parameters whose gradients are summed over blocks of rows. */
const NORMS: Readonly<Record<string, (x: Tensor, parameters: Readonly<Record<keyof typeof weights, Tensor>>) => Tensor>> = {
  rms_norm: (x, { weight }) => rmsNorm(x, weight, 1e-5),
  layer_norm: (x, { weight, bias }) => layerNorm(x, weight, bias, 1e-5),
  qk_norm: (x, { weight, other }) => qkNorm(x, weight, other, 1e-5, layout),
};

for (const [name, norm] of Object.entries(NORMS)) {
  test(`${name}: what counts as written are the sums of this device's blocks, and nothing behind them`, async () => {
    const columns = name === "qk_norm" ? 24 : 8;
    const plan = await buildPlan(device, name, () => {
      const parameters = Object.fromEntries(Object.entries(weights).map(([key, shape]) => [key, input(key, shape)]));
      const y = norm(input("x", [ROWS, columns]), parameters as Record<keyof typeof weights, Tensor>);
      const sinks = new Map(
        Object.values(parameters).map((parameter) => [
          parameter,
          { onto: empty(`grad ${parameter.label}`, { shape: [8] }), accumulate: 0 },
        ]),
      );
      differentiate({ seeds: new Map([[y, input("seed", [ROWS, columns])]]), sinks, add, addOnto });
      return { keep: [...sinks.values()].map(({ onto }) => onto) };
    });
    const launches = plan.launches.launches.filter(({ kernel }) => /norm_backward/.test(kernel.id));
    let seen = 0;
    for (const launch of launches) {
      launch.kernel.bindings.forEach(({ name: binding }, i) => {
        if (!binding.startsWith("partial")) return;
        seen += 1;
        const blocks = Math.max(...launch.workgroups({} as never));
        assert.equal(launch.contents!(i, {} as never).shape[0], blocks, binding);
      });
    }
    assert.ok(seen > 0);
    plan.destroy();
  });
}
