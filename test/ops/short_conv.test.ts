import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import { input, trace } from "../../src/graph/trace.ts";
import { inputRows, packRows } from "../../src/nn/rows.ts";
import { ShortConv } from "../../src/nn/short_conv.ts";
import { shortConv } from "../../src/ops/short_conv.ts";
import { shortConvCases } from "../../src/testing/ops/short_conv.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, shortConvCases);

for (const channels of [3, 4]) {
  test(`what is not a number stays in its sequence, with ${channels} channels`, async () => {
    const { positions } = packRows([2, 3, 1]);
    const bcx = new Float32Array(6 * 3 * channels).fill(1);
    bcx.fill(Number.NaN, 3 * 3 * channels, 4 * 3 * channels);
    const weight = new Float32Array(channels * 3).fill(1);
    const [y] = await evaluate(
      device,
      () => [shortConv(input("bcx", [6, 3 * channels]), input("positions", [6], "u32"), { weight: input("weight", [channels, 1, 3]) })],
      { inputs: { bcx, positions, weight } },
    );
    const rows = Array.from({ length: 6 }, (_, row) => [...new Set(y!.subarray(row * channels, (row + 1) * channels))]);
    assert.deepEqual(rows, [[1], [2], [1], [Number.NaN], [Number.NaN], [1]]);
  });
}

test("tensors that do not fit, and rows that sequences share, are refused in one line", () => {
  const [bcx, positions] = [["bcx", [2, 12]] as const, ["positions", [2], "u32"] as const];
  const convolve = (weight: number[], bias?: number[]) => () =>
    shortConv(input(...bcx), input(...positions), { weight: input("weight", weight), ...(bias && { bias: input("bias", bias) }) });
  for (const wrong of [convolve([3, 1, 3]), convolve([4, 3]), convolve([4, 3, 1]), convolve([4, 1, 3], [3])]) {
    assert.throws(() => trace(wrong), { message: /^short_conv: given bcx \[2, 12\], .*; it needs bcx \[N, 3 C\], weight \[C, 1, L\]/ });
  }
  const module = new ShortConv(4, { taps: 3 });
  assert.throws(() => trace(() => module.forward(input("x", [2, 4]), inputRows(2, { shared: true }))), {
    name: "EngineError",
    message: /^a short convolution takes the rows before its own; a model that has one shares no rows$/,
  });
});
