import assert from "node:assert/strict";
import { after, test } from "node:test";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { multiply } from "../../src/ops/multiply.ts";
import { multiplyCases } from "../../src/testing/ops/multiply.ts";
import { testCases } from "./op_cases.ts";

const device = await openDevice();
after(() => device.destroy());

testCases(device, multiplyCases);

test("multiply names both shapes when they differ", async () => {
  const wrong = (): Promise<unknown> => buildPlan(device, "wrong", () => ({ keep: [multiply(input("a", [4, 2]), input("b", [4, 3]))] }));
  await assert.rejects(wrong, /multiply: given a \[4, 2\], b \[4, 3\]; it needs equal shapes/);
});
