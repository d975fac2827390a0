import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { shippedSettings } from "../../../scripts/document_results.ts";
import { completeCells } from "../../../src/experiments/framework/partial.ts";
import { readRecords } from "../../../src/experiments/framework/records.ts";
import { withQuick } from "../../../src/experiments/framework/settings.ts";
import { foundTarget } from "../../../src/experiments/studies/found_target.ts";
import { freshSeeds } from "../../../src/experiments/studies/fresh_seeds.ts";
import { learningRates } from "../../../src/experiments/studies/learning_rates.ts";
import { leftOpen } from "../../../src/experiments/studies/left_open.ts";

const [records, leftOpenRecords] = await Promise.all(["long", "left-open"].map(recordsOf));
const adapter = "lavapipe (llvmpipe, Mesa 25.0.7)"; // of the records

function recordsOf(name: string): ReturnType<typeof readRecords> {
  return readRecords(fileURLToPath(new URL(`../../../docs/results/${name}/records.jsonl`, import.meta.url)));
}

/** The trainings of a study that shipped records, of long where none are named, do not have. */
async function unlike(study: typeof freshSeeds, seeds: number, shipped = records): Promise<readonly string[]> {
  const settings = { ...(withQuick(await shippedSettings(study), false) as Record<string, unknown>), seeds };
  const { cells } = study.prepare(settings, { quick: false, shipped: settings });
  const { missing } = await completeCells(cells, { dir: "no-runs", adapter, records: shipped });
  return missing;
}

test("fresh-seeds trains what long does, but for the seeds", async () => {
  const missing = await unlike(freshSeeds, 1);
  const late = ["codes", "countdown4", "scratchpad"].map((task) => `seed-0/${task}/dapo-with-pi-group-floor-then-release`);
  assert.deepEqual(missing, late);
});

test("fresh-seeds trains the floor with dynamic sampling as left-open does", async () => {
  const missing = await unlike(freshSeeds, 1, leftOpenRecords);
  const late = ["codes", "countdown4"].map((task) => `seed-0/${task}/dapo-with-pi-group-floor-then-release`);
  assert.deepEqual(
    late.filter((cell) => missing.includes(cell)),
    [],
  );
});

test("found-target trains plain GRPO, the group's target and a fixed 0.5 as long does, where long has them", async () => {
  const missing = await unlike(foundTarget, 1);
  const shared = ["codes/grpo", "codes/group", "codes/fixed-0.5", "countdown4/grpo", "countdown4/group", "countdown4/fixed-0.5"];
  assert.deepEqual(
    missing.filter((name) => [...shared, "scratchpad/grpo", "scratchpad/group"].some((cell) => name.endsWith(`/${cell}`))),
    [],
  );
});

test("learning-rates trains plain GRPO and the searched floors as long does", async () => {
  const missing = await unlike(learningRates, 1);
  const shared = ["codes/grpo", "codes/floor-twice-the-rate", "countdown4/grpo", "countdown4/floor", "scratchpad/grpo", "scratchpad/floor"];
  assert.deepEqual(
    missing.filter((name) => shared.some((cell) => name.endsWith(`/${cell}`))),
    [],
  );
});

test("left-open trains as long does, but for the floor with dynamic sampling and the hold on countdown", async () => {
  const missing = await unlike(leftOpen, 5);
  const open = [
    "codes/dapo-with-pi-group-floor-then-release",
    "countdown4/dapo-with-pi-group-floor-then-release",
    "countdown4/pi-hold-then-release",
  ];
  assert.deepEqual(
    missing.filter((name) => !open.some((cell) => name.endsWith(`/${cell}`))),
    [],
  );
  assert.equal(missing.length, 15);
});
