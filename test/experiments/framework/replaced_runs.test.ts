import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { armCells } from "../../../src/experiments/framework/arms/cells.ts";
import { type ArmsSettings, armsSchema } from "../../../src/experiments/framework/arms/settings.ts";
import type { Cell, CellResult } from "../../../src/experiments/framework/cell.ts";
import { describeCell } from "../../../src/experiments/framework/cell_folder.ts";
import { recordsOf } from "../../../src/experiments/framework/records.ts";
import { replacedRuns } from "../../../src/experiments/framework/replaced_runs.ts";
import { merge, parseSettings } from "../../../src/experiments/framework/settings.ts";
import { temporaryFolder } from "../../temporary_folder.ts";

const STEPS = 4;
const settings = {
  seeds: 1,
  model: "models/checkpoints/countdown-base",
  task: { name: "countdown" },
  eval: { prompts: 100 },
  grpo: { steps: STEPS, prompts: 2, completions: 4 },
  entropy: { controller: "none" },
  search: { seeds: [100], steps: STEPS, prompts: 40 },
  arms: { GRPO: { search: [{ grpo: { learningRate: 0.001 } }, { grpo: { learningRate: 0.002 } }] } },
};
const cellsWith = (changes: object): Cell[] => armCells(parseSettings(armsSchema, merge(settings, changes)) as ArmsSettings);
const cells = cellsWith({});
const adapter = "an adapter";
const [first, second, tuned] = cells as [Cell, Cell, Cell];
const better = { ...tuned.config, grpo: { ...tuned.config.grpo, learningRate: second.config.grpo.learningRate } };

/** A study's folder with these cells in it; the second setting of the search is the better one. */
async function folderWith(written: readonly (readonly [cell: Cell, config: Cell["config"], lines?: number])[]): Promise<string> {
  const dir = temporaryFolder("entropic-other-runs");
  for (const [cell, config, lines = STEPS + 1] of written) {
    const score = cell === second ? 0.9 : 0.1;
    const metrics = Array.from({ length: lines }, (_, step) => ({ step, "eval/greedy": score, "eval/pass@1": score }));
    await mkdir(join(dir, cell.name), { recursive: true });
    await writeFile(join(dir, cell.name, "config.yaml"), describeCell(cell, config, adapter));
    await writeFile(join(dir, cell.name, "metrics.jsonl"), metrics.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }
  return dir;
}

const whole = [
  [first, first.config],
  [second, second.config],
  [tuned, better],
] as const;

test("runs with these settings are not replaced, searched knobs among them", async () => {
  assert.deepEqual(await replacedRuns(cells, { dir: await folderWith(whole), adapter }), []);
  assert.deepEqual(await replacedRuns(cells, { dir: "no/such/folder", adapter }), []);
});

test("a complete run with other settings would be replaced, and is named with what differs", async () => {
  const dir = await folderWith(whole);
  const others = await replacedRuns(cellsWith({ grpo: { warmupSteps: 5 } }), { dir, adapter });
  // The last one's knobs are to be searched anew.
  assert.deepEqual(others, [
    { name: first.name, differs: ["grpo.warmupSteps"] },
    { name: second.name, differs: ["grpo.warmupSteps"] },
    { name: tuned.name, differs: [] },
  ]);
  const elsewhere = await replacedRuns(cells, { dir, adapter: "another adapter" });
  assert.deepEqual(
    elsewhere,
    cells.map(({ name }) => ({ name, differs: ["adapter"] })),
  );
});

test("a run whose knobs follow from a search is compared by them where the search is complete", async () => {
  const worse = { ...tuned.config, grpo: { ...tuned.config.grpo, learningRate: first.config.grpo.learningRate } };
  const dir = await folderWith([whole[0], whole[1], [tuned, worse]]);
  assert.deepEqual(await replacedRuns(cells, { dir, adapter }), [{ name: tuned.name, differs: ["grpo.learningRate"] }]);
  // Without its search nobody knows the knobs yet; whatever they are, its steps are not these.
  const alone = await folderWith([[tuned, better]]);
  assert.deepEqual(await replacedRuns(cells, { dir: alone, adapter }), []);
  const longer = cellsWith({ grpo: { steps: STEPS + 1 } });
  assert.deepEqual(await replacedRuns(longer, { dir: alone, adapter }), [{ name: tuned.name, differs: ["grpo.steps"] }]);
});

test("what was only begun may go, and what has a checkpoint may not; a run that a record stands for is not trained", async () => {
  const dir = await folderWith([[first, second.config, 3]]);
  assert.deepEqual(await replacedRuns(cells, { dir, adapter }), []);
  await mkdir(join(dir, first.name, "checkpoints/step-000002"), { recursive: true });
  const saved = [{ name: first.name, differs: ["grpo.learningRate"] }];
  assert.deepEqual(await replacedRuns(cells, { dir, adapter }), saved);
  const result: CellResult = { config: first.config, metrics: [{ step: STEPS }] as never, observations: [], seconds: 1 };
  const records = recordsOf([first], new Map([[first.name, result]]), { adapter, reduced: (_, whole) => whole });
  assert.deepEqual(await replacedRuns(cells, { dir, adapter, records }), []);
});

test("a complete run whose config.yaml is gone or damaged has other settings", async () => {
  const dir = await folderWith([[first, first.config]]);
  for (const damage of [() => writeFile(join(dir, first.name, "config.yaml"), "{"), () => rm(join(dir, first.name, "config.yaml"))]) {
    await damage();
    assert.deepEqual(await replacedRuns(cells, { dir, adapter }), [{ name: first.name, differs: [] }]);
  }
});
