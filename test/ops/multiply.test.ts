import assert from "node:assert/strict";
import { test } from "node:test";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { multiply } from "../../src/ops/multiply.ts";
import { multiplyCases } from "../../src/testing/ops/multiply.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, multiplyCases);

test("multiply names both shapes when they differ", async () => {
  const wrong = (): Promise<unknown> => buildPlan(device, "wrong", () => ({ keep: [multiply(input("a", [4, 2]), input("b", [4, 3]))] }));
  await assert.rejects(wrong, /multiply: given a \[4, 2\], b \[4, 3\]; it needs equal shapes/);
});
