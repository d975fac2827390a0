import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parse } from "yaml";
import { workOf } from "../../../src/experiments/framework/cell.ts";
import { createProgress } from "../../../src/experiments/framework/progress.ts";
import { runCells, workerHere } from "../../../src/experiments/framework/run_study.ts";
import { merge, settingsFile, withQuick } from "../../../src/experiments/framework/settings.ts";
import type { PreparedStudy, Summary } from "../../../src/experiments/framework/study.ts";
import { formatSummary, fromSummary, parseSummary } from "../../../src/experiments/framework/summary.ts";
import { studies } from "../../../src/experiments/index.ts";
import { openDevice } from "../../../src/node/open_device.ts";
import { studyHost } from "../../../src/node/study_host.ts";
import { withoutTimes } from "../../../src/report/metrics.ts";
import { cutDown } from "./cut_down.ts";

const study = studies["toy-control"]!;
const shipped: unknown = parse(await readFile(new URL("../../../configs/experiments/toy_control.yaml", import.meta.url), "utf8"));
const folder = await mkdtemp(join(tmpdir(), "entropic-study-"));
after(() => rm(folder, { recursive: true, force: true }));

const tiny = cutDown(shipped);

function silent(prepared: PreparedStudy): { lines: string[]; progress: ReturnType<typeof createProgress> } {
  const lines: string[] = [];
  const work = prepared.cells.reduce((sum, cell) => sum + workOf(cell), 0);
  const stream = { write: (text: string) => lines.push(text) };
  return { lines, progress: createProgress({ title: "tiny", cells: prepared.cells.length, work, stream }) };
}

const host = studyHost(await openDevice());
after(() => host.device.destroy());
const dir = join(folder, "runs");
const place = { dir, adapter: host.device.name, workers: [workerHere(host, dir)] };
const provenance = { command: "entropic experiment", adapter: "a", commit: "c", date: "d", seconds: 1, cells: { run: 1, skipped: 0 } };

test("a study that was stopped goes on where it was, and its report follows from summary.json alone", async () => {
  const prepared = study.prepare(tiny, { quick: false, shipped });
  const stop = new AbortController();
  const first = silent(prepared);
  const reason = new Error("stopped here");
  const step = (): unknown => first.lines.length > 6 && stop.abort(reason);
  const stopping: typeof first.progress = { ...first.progress, begin: (...of) => ({ ...first.progress.begin(...of), step }) };
  await assert.rejects(runCells(prepared, { ...place, progress: stopping, signal: stop.signal }), reason);

  const second = silent(prepared);
  const run = await runCells(prepared, { ...place, progress: second.progress });
  assert.equal(run.skipped + run.run, prepared.cells.length);
  assert.ok(run.skipped >= 5 && run.run >= 1, `${run.skipped} skipped, ${run.run} run`);
  assert.ok(second.lines.some((line) => line.includes("complete already")));

  const findings = prepared.findings(run.results);
  const summary: Summary = { study: study.name, version: study.version, quick: false, provenance, settings: prepared.settings, findings };
  const text = formatSummary(summary);
  const read = parseSummary(text, study, "summary.json");
  assert.deepEqual(read, JSON.parse(JSON.stringify(summary)));
  assert.match((await study.report(summary, shipped)).markdown, /^\* commit: c$/m);
  const trainedBy = { ...read, provenance: { ...read.provenance, trainedBy: { a1: 3, b2: 1 } } };
  assert.match((await study.report(trainedBy, shipped)).markdown, /^\* commit: c wrote the report\n.*: a1 \(3\), b2 \(1\)$/m);
  const [report, again] = [await study.report(summary, shipped), await study.report(read, shipped)];
  assert.equal(again.markdown, report.markdown);
  assert.deepEqual(again.verdicts, report.verdicts);
  for (const { name, svg } of report.pictures) {
    assert.ok(report.markdown.includes(`(${name}.svg)`), `${name} is in the report`);
    assert.ok(!svg.includes("NaN"), name);
  }
  assert.ok(!/undefined|NaN|\[object/.test(report.markdown), "every number of the report is there");
  assert.equal(report.verdicts.length, 10);
});

test("a cell whose file lacks a line, or its end, runs again and measures the same; so does one with other settings", async () => {
  const prepared = study.prepare(tiny, { quick: false, shipped });
  const before = await runCells(prepared, { ...place, progress: silent(prepared).progress });
  assert.equal(before.run, 0, "all are complete after the first test");
  const { name } = prepared.cells.at(-1)!;
  const path = join(dir, name, "metrics.jsonl");
  const whole = await readFile(path, "utf8");
  const withHole = whole.replace(/\n.*\n/, "\n");
  for (const damaged of [whole.slice(0, -9), withHole]) {
    await writeFile(path, damaged);
    const repeated = await runCells(prepared, { ...place, progress: silent(prepared).progress });
    assert.equal(repeated.run, 1);
    assert.deepEqual(repeated.results.get(name)!.metrics.map(withoutTimes), before.results.get(name)!.metrics.map(withoutTimes));
  }

  const other = study.prepare(merge(tiny, { onPolicy: { steps: 6 } }), { quick: false, shipped });
  const workers = [workerHere(host, dir, { overwrite: true })];
  assert.equal((await runCells(other, { ...place, workers, progress: silent(other).progress })).run, 3, "no control, P and PI on-policy");
});

test("settings: --quick lays its section over the rest, and mistakes are named", () => {
  assert.deepEqual(withQuick({ a: { b: 1, c: 2 }, quick: { a: { b: 3 } } }, true), { a: { b: 3, c: 2 } });
  assert.deepEqual(withQuick({ a: 1, quick: { a: 2 } }, false), { a: 1 });
  for (const quick of [false, true]) assert.ok(study.prepare(shipped, { quick, shipped }).cells.length > 10);
  assert.throws(
    () => study.prepare(merge(shipped, { gains: { lamda: 1 } }), { quick: false, shipped }),
    /gains\.lamda is not a known key; did you mean/,
  );
  assert.throws(() => study.prepare(merge(shipped, { seeds: 0 }), { quick: false, shipped }), /seeds is 0; it must be a whole number/);
  assert.throws(() => study.prepare(merge(shipped, { grpo: { promts: 4 } }), { quick: false, shipped }), /grpo\.promts is not a known key/);
});

test("a summary of another study, another version or none at all is refused", () => {
  const summary = { study: study.name, version: study.version, quick: true, provenance, settings: {}, findings: {} };
  assert.throws(() => parseSummary("nonsense", study, "s.json"), /s\.json is not valid JSON/);
  assert.throws(
    () => parseSummary(JSON.stringify({ ...summary, study: "tau" }), study, "s.json"),
    /not a summary of the study toy-control/,
  );
  assert.throws(() => parseSummary(JSON.stringify({ ...summary, version: 99 }), study, "s.json"), /has version 99/);
});

test("a damaged summary ends in one line that names it and the remedy", async () => {
  const summary = { study: study.name, version: study.version, quick: true, provenance, settings: shipped, findings: {} };
  for (const [damage, expected] of [
    [
      { provenance: { ...provenance, seconds: "10" } },
      /s\.json is damaged \(provenance\.seconds: .*\); run the study without --report-only/,
    ],
    [{ provenance: null }, /s\.json is damaged \(provenance: /],
    [{ findings: [1] }, /s\.json is damaged \(findings: /],
    [{ version: "x".repeat(50_000) }, /^FileError: s\.json has version "x{100,116}\.\.\./],
  ] as const)
    assert.throws(() => parseSummary(JSON.stringify({ ...summary, ...damage }), study, "s.json"), expected);
  assert.throws(() => parseSummary('{"study":"a","study":"b"}', study, "s.json"), /has the key "study" twice/);
  const read = parseSummary(JSON.stringify({ ...summary, settings: { seeds: "many" } }), study, "s.json");
  await assert.rejects(
    fromSummary("s.json", () => study.report(read, shipped)),
    (error: Error) => /^s\.json is damaged \(.*seeds/.test(error.message) && !error.message.includes("\n"),
  );
  const empty = parseSummary(JSON.stringify({ ...summary, settings: withQuick(shipped, false) }), study, "s.json");
  await assert.rejects(
    fromSummary("s.json", () => study.report(empty, shipped)),
    { name: "FileError", message: /^s\.json is damaged \(/ },
  );
});

test("an arm of a group that the study does not have is refused, and so is a study without arms", () => {
  const tau = studies.tau!;
  const file = parse(readFileSync(settingsFile(tau), "utf8")) as object;
  const prepare = (changes: object) => () => tau.prepare(merge(file, changes), { quick: false, shipped: file });
  const [arm] = Object.keys((file as { arms: object }).arms);
  assert.throws(prepare({ groups: { one: { arms: { [`${arm}x`]: {} } } } }), /groups\.one\.arms\..*x is not a known key; did you mean/);
  assert.throws(
    () => tau.prepare({ ...file, arms: {} }, { quick: false, shipped: file }),
    /arms is a mapping; it must be a mapping of one arm or more/,
  );
});
