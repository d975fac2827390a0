/** A program with a kernel that works for far longer than its watchdog allows; device_loss.test.ts runs it. */
import { hasHung } from "../../src/gpu/flight.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { input } from "../../src/graph/trace.ts";
import { endWithin } from "../../src/node/end_process.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { defineOp } from "../../src/ops/define.ts";

/** Some seconds of arithmetic in one invocation. */
export const spin = defineOp<{ x: Tensor }, "y">({
  name: "spin",
  shape: () => ({ y: { shape: [1] } }),
  forward: ({ inputs: { x }, outputs: { y } }) => {
    const wgsl = `
      struct Parameters { turns: u32 }
      var<immediate> parameters: Parameters;
      @group(0) @binding(0) var<storage, read> x: array<f32>; // [1]
      @group(0) @binding(1) var<storage, read_write> y: array<f32>; // [1]
      @compute @workgroup_size(1) fn main() {
        var sum = u32(x[0]);
        for (var i = 0u; i < parameters.turns; i += 1u) { sum = sum * 1664525u + 1013904223u + u32(x[0]); }
        y[0] = f32(sum);
      }`;
    return [{ kernel: { name: "spin", wgsl }, bindings: { x, y }, parameters: { turns: runScalar("turns") }, workgroups: 1 }];
  },
});

const device = await openDevice({ watchdog: 1 });
const plan = await buildPlan(device, "spinning", () => ({ keep: [spin({ x: input("x", [1]) }, {}).y] }));
const run = (turns: number) => {
  plan.run({ scalars: { turns }, inputs: { x: Float32Array.of(1) } });
  return plan.read(plan.result.keep);
};
await run(1000);
const started = performance.now();
try {
  await run(3e9);
  console.log("it ended");
} catch (error) {
  console.log(`${(error as Error).name} after ${((performance.now() - started) / 1000).toFixed(1)} s: ${(error as Error).message}`);
}
// Without it the process would wait for the kernel, however long it takes.
if (hasHung()) endWithin(500);
