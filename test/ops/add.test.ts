import assert from "node:assert/strict";
import { after, test } from "node:test";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { add } from "../../src/ops/add.ts";
import { addCases } from "../../src/testing/ops/add.ts";
import { testCases } from "./op_cases.ts";

const device = await openDevice();
after(() => device.destroy());

testCases(device, addCases);

test("add names both shapes when they differ", async () => {
  const wrong = (): Promise<unknown> => buildPlan(device, "wrong", () => ({ keep: [add(input("a", [4, 2]), input("b", [4, 3]))] }));
  await assert.rejects(wrong, /add: given a \[4, 2\], b \[4, 3\]; it needs equal shapes/);
});
