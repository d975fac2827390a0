import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openRecords } from "../../../src/cli/study_records.ts";
import { armCells } from "../../../src/experiments/framework/arms/cells.ts";
import { type ArmsSettings, armsSchema } from "../../../src/experiments/framework/arms/settings.ts";
import type { Cell, CellResult, CellResults } from "../../../src/experiments/framework/cell.ts";
import { longFindings } from "../../../src/experiments/framework/long/findings.ts";
import { reducedRun } from "../../../src/experiments/framework/long/reduced.ts";
import { adaptersIn, completeCells } from "../../../src/experiments/framework/partial.ts";
import { createProgress } from "../../../src/experiments/framework/progress.ts";
import { addRecords, type CellRecord, readRecords, recordsOf } from "../../../src/experiments/framework/records.ts";
import { type CellWorker, runCells, tunedConfig } from "../../../src/experiments/framework/run_study.ts";
import { parseSettings } from "../../../src/experiments/framework/settings.ts";
import type { PreparedStudy, Study } from "../../../src/experiments/framework/study.ts";
import { parseSftConfig } from "../../../src/rl/config/index.ts";
import { tasks } from "../../../src/tasks/index.ts";

const STEPS = 100;
const settings: ArmsSettings = parseSettings(armsSchema, {
  seeds: 2,
  model: "models/checkpoints/countdown-base",
  task: { name: "countdown" },
  eval: { every: 4, prompts: 100, completions: 8, entropies: [0.2] },
  grpo: { steps: STEPS, prompts: 2, completions: 4 },
  entropy: { controller: "none" },
  search: { seeds: [100], steps: 5, prompts: 40 },
  arms: {
    GRPO: { search: [{}, { grpo: { learningRate: 0.001 } }] },
    mine: { entropy: { controller: "pi" }, search: [{ entropy: { target: 0.5 } }, { entropy: { target: 0.2 } }] },
  },
});
const cells = armCells(settings);
const ADAPTER = "an adapter";
const nowhere = join(tmpdir(), "entropic-no-such-study");
const folder = await mkdtemp(join(tmpdir(), "entropic-records-"));
const path = join(folder, "records.jsonl");
after(() => rm(folder, { recursive: true }));

/** A training as metrics.jsonl has it, with numbers that belong to this cell alone. */
function trainingOf(cell: Cell, i: number, results: CellResults): CellResult {
  const config = tunedConfig(cell, results);
  const { steps } = config.grpo;
  const evaluation = (step: number): object => ({
    "eval/pass@1": (i + step) / 1000,
    "eval/pass@1_se": 0.01,
    "eval/pass@8": (i + step) / 500,
    "eval/greedy": 1 / (3 + i + step),
    "eval/ever_solved": 0.5,
    "eval/tags/few/pass@1": 0.1,
    // An entropy that this run reaches at its end alone.
    ...(step === steps && { "eval/H0.2/pass@1": 1 / (7 + i) }),
  });
  const metrics = Array.from({ length: steps + 1 }, (_, step) => ({
    step,
    ...(step > 0 && {
      entropy: 1 / (step + i + 1),
      "entropic/alpha": step / 90,
      frac_reward_zero_std: step / 300,
      step_time: 0.1 + i,
      loss: 1,
    }),
    ...((step % 4 === 0 || step === steps) && evaluation(step)),
  }));
  return { config, metrics: metrics as never, observations: [], seconds: 10 + i };
}

const results = new Map<string, CellResult>();
cells.forEach((cell, i) => void results.set(cell.name, trainingOf(cell, i, results)));
const recorded = (of: CellResults = results): CellRecord[] => recordsOf(cells, of, { adapter: ADAPTER, reduced: reducedRun });

test("a study finds the same in records as in whole trainings, and again in records of records", async () => {
  await addRecords(path, recorded());
  const records = await readRecords(path);
  const { results: known, missing } = await completeCells(cells, { dir: nowhere, adapter: ADAPTER, records });
  assert.deepEqual(missing, []);
  assert.deepEqual(longFindings(settings, known), longFindings(settings, results));
  assert.deepEqual(recorded(known), records);
  assert.ok(records.every(({ metrics }) => metrics.length < 60 && metrics.every((line) => !("loss" in line))));
  assert.deepEqual(await adaptersIn(nowhere, cells, records), [ADAPTER]);
});

test("a record counts for the same training alone: its adapter, configuration, start and problems", async () => {
  const records = recorded();
  const known = async (changed: readonly CellRecord[], adapter = ADAPTER): Promise<number> =>
    (await completeCells(cells, { dir: nowhere, adapter, records: changed })).results.size;
  assert.equal(await known(records, "another adapter"), 0);
  const withLast = (change: (record: CellRecord) => object): CellRecord[] =>
    records.map((record, i) => (i === records.length - 1 ? ({ ...record, ...change(record) } as CellRecord) : record));
  const grpo = (record: CellRecord): object => record.config.grpo as object;
  assert.equal(await known(withLast(({ config }) => ({ config: { ...config, seed: 7 } }))), cells.length - 1);
  assert.equal(await known(withLast(() => ({ start: "elsewhere" }))), cells.length - 1);
  assert.equal(await known(withLast(() => ({ heldOutFrom: 3 }))), cells.length - 1);
  const gone = withLast((record) => ({ config: { ...record.config, grpo: { ...grpo(record), noSuchOption: 1 } } }));
  assert.equal(await known(gone), cells.length - 1);
  // An option that came later has its default in a training that ran before.
  const older = withLast((record) => ({ config: { ...record.config, grpo: { ...grpo(record), advantage: undefined } } }));
  assert.equal(await known(JSON.parse(JSON.stringify(older)) as CellRecord[]), cells.length);
  // Options of the task that are left out are those of today; another version's default is another training.
  const task = (options: object) => withLast(({ config }) => ({ config: { ...config, task: { name: "countdown", ...options } } }));
  assert.deepEqual(records[0]!.config.task, { name: "countdown", ...tasks.countdown.options.parse({}) });
  assert.equal(await known(task({})), cells.length);
  assert.equal(await known(task({ max: 8 })), cells.length - 1);
  assert.equal(await known(withLast(() => ({ versions: ["abc"] }))), cells.length, "who trained it is no part of it");
  // Two arms that come to the same settings are one training.
  assert.equal(await known(records.map((record) => ({ ...record, cell: "another name" }))), cells.length);
  // Without its search an arm does not know its knobs.
  assert.equal(await known(records.slice(1)), cells.length - 3);
});

test("an option of sft that came later has its default in a warm start that was made before, and another value is another start", async () => {
  const config = parseSftConfig({ model: { model_type: "llama" }, task: { name: "countdown" }, sft: { steps: 7 } });
  const warm = cells.map((cell) => ({ ...cell, start: { kind: "warm start", name: "start", config } as const }));
  const records = recordsOf(warm, results, { adapter: ADAPTER, reduced: reducedRun });
  const known = async (sft: object): Promise<number> => {
    const changed = records.map(({ start, ...record }) => ({ ...record, start: { ...(start as object), sft: { ...config.sft, ...sft } } }));
    const read = JSON.parse(JSON.stringify(changed)) as CellRecord[];
    return (await completeCells(warm, { dir: nowhere, adapter: ADAPTER, records: read })).results.size;
  };
  assert.equal(await known({}), cells.length);
  assert.equal(await known({ maxLength: undefined }), cells.length);
  assert.equal(await known({ maxLength: 9 }), 0);
  assert.equal(await known({ noSuchOption: 1 }), 0);
});

test("records keep the versions of the sources that trained, and what is read of them has them too", async () => {
  const [first, ...others] = recorded(
    new Map([...results].map(([name, result], i) => [name, i === 0 ? { ...result, versions: ["a", "b"] } : result])),
  );
  assert.deepEqual(first!.versions, ["a", "b"]);
  assert.ok(others.every((record) => !("versions" in record)));
  const known = await completeCells(cells, { dir: nowhere, adapter: ADAPTER, records: [first!, ...others] });
  assert.deepEqual([...known.results.values()][0]!.versions, ["a", "b"]);
});

test("what is new is added after what was there, and nothing is written twice", async () => {
  const records = recorded();
  await rm(path, { force: true });
  await addRecords(path, records.slice(0, 3));
  // What another command added since this one read the file stays.
  await addRecords(path, records.slice(2, 5));
  assert.deepEqual(await readRecords(path), records.slice(0, 5));
  const before = (await stat(path)).mtimeMs;
  await addRecords(path, records.slice(0, 5));
  assert.equal((await stat(path)).mtimeMs, before, "nothing was new");
});

test("a damaged line is named", async () => {
  await rm(path);
  await addRecords(path, recorded().slice(0, 2));
  const text = await readFile(path, "utf8");
  await writeFile(path, text.slice(0, -20));
  await assert.rejects(readRecords(path), /^FileError: .*records\.jsonl, line 2 is not valid JSON/);
  await writeFile(path, text.replace('"seconds":10', '"seconds":"ten"'));
  await assert.rejects(readRecords(path), /^FileError: .*records\.jsonl, line 1 is no record of a training \(seconds: .*remove the line/);
});

test("each training is recorded as it completes, with others at once, and before another one fails", async () => {
  await rm(path, { force: true });
  const given = recordsOf(cells, results, { adapter: ADAPTER, reduced: reducedRun });
  const study = { name: "mine", description: "", version: 1 } as Study;
  const prepared = { settings, cells, isPartial: true, reduced: reducedRun, findings: () => undefined } satisfies PreparedStudy;
  const { add, known } = await openRecords(study, prepared, path);
  // The first two complete in the same moment, and the third sees them kept.
  const begun: string[] = [];
  const worker: CellWorker = async ({ name }) => {
    if (begun.push(name) <= 2) return results.get(name)!;
    const kept = await readRecords(path);
    assert.ok(kept.length >= 1, "a worker takes the next cell when its last one is kept");
    throw new Error("the adapter is gone");
  };
  const keep = (cell: Cell, result: CellResult): Promise<void> => add(new Map([[cell.name, result]]), ADAPTER);
  const progress = createProgress({ title: "mine", cells: cells.length, work: 1, stream: { write: () => true } });
  const place = { dir: nowhere, adapter: ADAPTER, records: known };
  await assert.rejects(runCells(prepared, { ...place, workers: [worker, worker], progress, keep }), /the adapter is gone/);
  assert.deepEqual(
    await readRecords(path),
    given.filter(({ cell }) => begun.slice(0, 2).includes(cell)),
  );
});
