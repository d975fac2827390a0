import assert from "node:assert/strict";
import { test } from "node:test";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { add } from "../../src/ops/add.ts";
import { addCases } from "../../src/testing/ops/add.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, addCases);

test("add names both shapes when they differ", async () => {
  const wrong = (): Promise<unknown> => buildPlan(device, "wrong", () => ({ keep: [add(input("a", [4, 2]), input("b", [4, 3]))] }));
  await assert.rejects(wrong, /add: given a \[4, 2\], b \[4, 3\]; it needs equal shapes/);
});
