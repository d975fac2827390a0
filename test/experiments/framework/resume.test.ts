import assert from "node:assert/strict";
import { access, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { shippedSettings } from "../../../scripts/document_results.ts";
import { openJobs } from "../../../src/cli/study_jobs.ts";
import type { Cell, CellResults } from "../../../src/experiments/framework/cell.ts";
import { completedCell } from "../../../src/experiments/framework/cell_folder.ts";
import { completeCells } from "../../../src/experiments/framework/partial.ts";
import { createProgress } from "../../../src/experiments/framework/progress.ts";
import { runCell } from "../../../src/experiments/framework/run_cell.ts";
import { runCells, workerHere } from "../../../src/experiments/framework/run_study.ts";
import { merge } from "../../../src/experiments/framework/settings.ts";
import { studies } from "../../../src/experiments/index.ts";
import { openDevice } from "../../../src/node/open_device.ts";
import { studyHost } from "../../../src/node/study_host.ts";
import { withoutTimes } from "../../../src/report/metrics.ts";
import { cutDown } from "./cut_down.ts";

const study = studies["toy-control"]!;
const shipped = await shippedSettings(study);
const tiny = merge(cutDown(shipped), { onPolicy: { steps: 6 } });
const prepared = study.prepare(tiny, { quick: false, shipped });

const folder = await mkdtemp(join(tmpdir(), "entropic-resume-"));
const device = await openDevice();
const host = studyHost(device);
after(async () => {
  device.destroy();
  await rm(folder, { recursive: true, force: true });
});

const silent = () => createProgress({ title: "tiny", cells: prepared.cells.length, work: 1, stream: { write: () => true } });
const measured = (results: CellResults) => [...results].map(([name, { metrics }]) => [name, metrics.map(withoutTimes)]);

/** A controlled run of six steps with an evaluation on its way and something observed of every step. */
const cell: Cell = (() => {
  const found = prepared.cells.find(({ name }) => name.includes("on-policy/pi"))!;
  const { tune: _, ...rest } = found;
  return { ...rest, name: "cell", observe: ({ rewards }) => rewards };
})();
const config = { ...cell.config, eval: { ...cell.config.eval, every: 2 }, grpo: { ...cell.config.grpo, beta: 0.01 } };

test("a cell that was stopped, or killed after a checkpoint, goes on to the same bits", async () => {
  const whole = await runCell(cell, config, { host, dir: join(folder, "whole") });
  const dir = join(folder, "cut");
  const stop = new AbortController();
  const reason = new Error("stopped here");
  const stopAt =
    (last: number) =>
    ({ step }: { step: number }) =>
      step === last && stop.abort(reason);
  await assert.rejects(runCell(cell, config, { host, dir, signal: stop.signal, onMetrics: stopAt(2) }), reason);
  assert.deepEqual(await readdir(join(dir, "cell/checkpoints")), ["step-000002"]);

  // A checkpoint after every step, and then an end that saves nothing.
  const killed = new Error("killed");
  const kill = ({ step }: { step: number }): void => {
    if (step === 5) throw killed;
  };
  await assert.rejects(runCell(cell, config, { host, dir, checkpointEvery: 0, onMetrics: kill }), killed);
  assert.deepEqual(await readdir(join(dir, "cell/checkpoints")), ["step-000004"]);

  const seen: number[] = [];
  const resumed = await runCell(cell, config, { host: { ...host, version: "later" }, dir, onMetrics: ({ step }) => seen.push(step) });
  assert.deepEqual(seen, [4, 5, 6]);
  assert.deepEqual(resumed.metrics.map(withoutTimes), whole.metrics.map(withoutTimes));
  assert.deepEqual(resumed.observations, whole.observations);
  assert.equal(resumed.observations.length, 6);
  assert.deepEqual(resumed.versions, [host.version, "later"]);
  assert.deepEqual((await completedCell(cell, config, { dir, adapter: device.name }))!.versions, [host.version, "later"]);
  await assert.rejects(access(join(dir, "cell/checkpoints")));
  const read = (await readFile(join(dir, "cell/metrics.jsonl"), "utf8")).trim().split("\n");
  assert.equal(read.length, 7);
});

test("a cell with other settings neither goes on from the checkpoint of these nor replaces it unasked", async () => {
  const dir = join(folder, "other");
  const stop = new AbortController();
  const onMetrics = ({ step }: { step: number }) => step === 2 && stop.abort(new Error("stopped"));
  await assert.rejects(runCell(cell, config, { host, dir, signal: stop.signal, onMetrics }));
  const seen: number[] = [];
  const watch = { host, dir, onMetrics: ({ step }: { step: number }) => seen.push(step) };
  const other = { ...config, grpo: { ...config.grpo, learningRate: 0.0123 } };
  const kept = await readFile(join(dir, "cell/metrics.jsonl"), "utf8");
  const refusal = /^FileError: .*other.cell holds a run with other settings \(grpo\.learningRate\).*--runs OTHER.*--overwrite/;
  await assert.rejects(runCell(cell, other, watch), refusal);
  assert.equal(await readFile(join(dir, "cell/metrics.jsonl"), "utf8"), kept);
  assert.deepEqual(await readdir(join(dir, "cell/checkpoints")), ["step-000002"]);
  await runCell(cell, other, { ...watch, overwrite: true });
  assert.equal(seen[0], 0);
  await assert.rejects(runCell(cell, config, watch), refusal, "a complete run is kept too");
});

test("two jobs at once measure the same bits as one after the other, and a part of a study is found as such", async () => {
  const here = join(folder, "one");
  const place = { dir: here, adapter: device.name };
  const one = await runCells(prepared, { ...place, workers: [workerHere(host, here)], progress: silent() });

  const dir = join(folder, "two");
  const jobs = await openJobs(2, { study: study.name, settings: tiny, shipped, quick: false, dir, adapter: device.name, overwrite: false });
  try {
    assert.equal(jobs.adapter, device.name);
    const two = await runCells(prepared, { dir, adapter: jobs.adapter, workers: jobs.workers, progress: silent() });
    assert.equal(two.run, prepared.cells.length);
    assert.deepEqual(measured(two.results), measured(one.results));
  } finally {
    jobs.close();
  }
  while (process.getActiveResourcesInfo().includes("ProcessWrap")) await pause(20);
  const watch = { signal: new AbortController().signal, onMetrics: () => {}, onStep: () => {} };
  const asked = jobs.workers[0]!(prepared.cells[0]!, prepared.cells[0]!.config, watch);
  await assert.rejects(asked, /a job of the study ended by itself \(exit code 0\)/, "a job that has ended is waited for");
  const lost = prepared.cells.at(-1)!.name;
  await rm(join(dir, lost), { recursive: true });
  const { results, missing } = await completeCells(prepared.cells, { dir, adapter: device.name });
  assert.deepEqual(missing, [lost]);
  assert.equal(results.size, prepared.cells.length - 1);
});
