import assert from "node:assert/strict";
import { test } from "node:test";
import { entropic } from "../../src/control/index.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { multiply } from "../../src/ops/multiply.ts";
import { checkController } from "../../src/testing/check_controller.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { normal } from "../../src/testing/values.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

const op = (b: Float64Array) => ({
  name: "multiply",
  op: ({ a, b }: Record<string, Tensor>) => ({ y: multiply(a!, b!) }),
  reference: () => ({ y: new Float64Array(16) }),
  inputs: { a: normal([4, 4], 2), b: { ...normal([4, 4], 1), data: b } },
  gradients: ["a"],
  parameters: ["a"],
});
const controlled = (plant: () => number) => checkController(device, entropic({ target: 0.3 }), { steps: 1, plant });
const fail = (): number => {
  throw new Error("no plant");
};

/** Each check as it passes, and as it fails once its plan is built. */
const checks = {
  checkController: [() => controlled(() => 0.4), () => controlled(fail)],
  checkOp: [() => checkOp(device, op(new Float64Array(16))), () => checkOp(device, op(new Float64Array(99)))],
} as const;

for (const [what, [passes, fails]] of Object.entries(checks)) {
  test(`${what} that fails leaves no memory on the device`, async () => {
    await passes();
    const { bytesAllocated } = device.stats;
    await assert.rejects(fails);
    assert.equal(device.stats.bytesAllocated, bytesAllocated);
  });
}
