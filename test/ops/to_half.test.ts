import assert from "node:assert/strict";
import { test } from "node:test";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { toHalf } from "../../src/ops/to_half.ts";
import { toHalfCases } from "../../src/testing/ops/to_half.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, toHalfCases);

test("to_half names an odd dimension", async () => {
  await assert.rejects(
    () => buildPlan(device, "odd", () => ({ keep: [toHalf(input("x", [4, 3]))] })),
    /to_half: given x \[4, 3\]; it needs an even last dimension/,
  );
});
