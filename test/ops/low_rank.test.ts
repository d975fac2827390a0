import assert from "node:assert/strict";
import { test } from "node:test";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { lowRank } from "../../src/ops/low_rank.ts";
import { lowRankCases } from "../../src/testing/ops/low_rank.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, lowRankCases);

test("more rows than a grid has workgroups in one dimension are adapted", async () => {
  const rows = 4 * device.limits.maxComputeWorkgroupsPerDimension + 9;
  const plan = await buildPlan(device, "many rows", () => {
    const part = { column: 0, columns: 2, scale: 1 };
    return { keep: [lowRank(input("y", [rows, 2]), input("h", [rows, 1]), input("b", [2, 1]), [part])] };
  });
  plan.run({
    inputs: { y: new Float32Array(2 * rows), h: Float32Array.from({ length: rows }, (_, n) => n % 4099), b: Float32Array.of(1, 2) },
  });
  const [y] = await plan.read(plan.result.keep);
  plan.destroy();
  assert.ok(
    y!.every((value, i) => value === (Math.floor(i / 2) % 4099) * (1 + (i % 2))),
    "a row is not adapted, or twice",
  );
});

test("low_rank names the shapes of parts that do not fit", async () => {
  const part = { column: 0, columns: 4, scale: 1 };
  const traced = (...parts: (typeof part)[]): Promise<unknown> =>
    buildPlan(device, "wrong", () => ({ keep: [lowRank(input("y", [3, 6]), input("h", [3, 2]), input("b", [4, 2]), parts)] }));
  await assert.rejects(traced(part, part), /low_rank: given onto \[3, 6\], h \[3, 2\], b \[4, 2\]; it needs .* of 2 parts inside onto/);
  await assert.rejects(traced({ ...part, column: 3 }), /of 1 parts inside onto/);
});
