import assert from "node:assert/strict";
import { test } from "node:test";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { gelu } from "../../src/ops/gelu.ts";
import { type MatmulFamily, matmul } from "../../src/ops/matmul/op.ts";
import { swiglu } from "../../src/ops/swiglu.ts";
import { matmulActivationCases } from "../../src/testing/ops/matmul_activation.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, matmulActivationCases);

const FAMILIES: readonly MatmulFamily[] = device.subgroups ? ["subgroup", "register", "tiled"] : ["register", "tiled"];

const kernelOf = (family: MatmulFamily): RegExp => new RegExp(`^matmul/${family === "subgroup" ? "(held|subgroup_of_four)" : family}$`);

for (const family of FAMILIES) {
  test(`gelu costs no kernel of its own by ${family}`, async () => {
    for (const form of ["tanh", "erf"] as const) {
      const plan = await buildPlan(device, "mlp", () => ({
        keep: [gelu(matmul(input("x", [4, 8]), input("w", [8, 8]), { layout: "NN", family }), form)],
      }));
      const kernels = plan.launches.launches.map((launch) => launch.kernel.id);
      assert.match(kernels.join(), kernelOf(family));
      plan.destroy();
    }
  });
}

test("neither does swiglu, and a product that nothing else reads is not written", async () => {
  const build = (keepsProduct: boolean) =>
    buildPlan(device, "mlp", () => {
      const product = matmul(input("x", [64, 32]), input("w", [64, 32]), { layout: "NT", family: "register" });
      const gated = swiglu(product);
      return { keep: keepsProduct ? [gated, product] : [gated] };
    });
  for (const [keepsProduct, written] of [
    [false, ["y"]],
    [true, ["y", "activated"]],
  ] as const) {
    const plan = await build(keepsProduct);
    const kernels = plan.launches.launches.map(({ kernel }) => kernel);
    assert.deepEqual(
      kernels.map(({ id }) => id),
      ["matmul/register"],
    );
    assert.deepEqual(
      kernels[0]!.bindings.map(({ name }) => name),
      ["a", "b", "bias", "residual", ...written],
    );
    plan.destroy();
  }
});
