import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { rope } from "../../src/ops/rope.ts";
import { ropeCases } from "../../src/testing/ops/rope.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, ropeCases);

test("rope refuses heads of odd length", async () => {
  const layout = { heads: 1, keyValueHeads: 1, headDim: 7 };
  await assert.rejects(
    evaluate(device, () => [rope(input("x", [2, 21]), input("positions", [2], "u32"), input("table", [4, 7]), layout)]),
    /rope: given x \[2, 21\].*an even number/,
  );
  const even = { ...layout, headDim: 8 };
  for (const rotary of [3, 10]) {
    const table = () => input("table", [4, rotary]);
    await assert.rejects(
      evaluate(device, () => [rope(input("x", [2, 24]), input("positions", [2], "u32"), table(), even)]),
      /an even R of at most 8/,
    );
  }
});
