import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { miniature, SHAPES } from "../../bench/gpu_day/shapes.ts";
import { questionsOf } from "../../bench/tuner_questions.ts";
import { type TunerReport, tunerReport, tunerTable } from "../../bench/tuner_report.ts";
import { benchTuner } from "../../src/cli/bench_tuner.ts";
import type { Device } from "../../src/gpu/device.ts";
import type { Choice } from "../../src/gpu/tuning_record.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { CLI } from "../cli_command.ts";

const folder = mkdtempSync(join(tmpdir(), "entropic-tuner-"));
after(() => rmSync(folder, { recursive: true }));

const CHOICE: Choice = {
  hash: "0",
  name: "tiled 64x64x32",
  date: "2026-11-27T00:40:00.000Z",
  clock: "gpu timestamps",
  outcomes: {
    "tiled 64x64x16": { milliseconds: 0.4, error: 1e-7 },
    "tiled 64x64x32": { milliseconds: 0.3, error: 0 },
    "tiled 8x64x32": { error: 0.5, fault: "relative error 0.50" },
  },
};

test("the table says what was timed, what was taken, and why", async () => {
  const device = await openDevice();
  after(() => device.destroy());
  const tuning = { ...device.tuning, choices: async () => ({ "matmul NT": CHOICE, kept: { ...CHOICE, name: "tiled 64x64x16" } }) };
  const report = await tunerReport({ ...device, tuning } as Device, "9.9.9");
  assert.deepEqual(
    report.questions.map(({ leftDefault }) => leftDefault),
    [true, false],
  );
  assert.equal(report.questions[0]!.candidates[1]!.ratio, 0.3 / 0.4);
  const table = tunerTable(report);
  assert.match(table, /^Dawn +of webgpu 9\.9\.9$/m);
  assert.match(table, /^matmul NT {3}\(gpu timestamps, 2026-11-27T00:40\)$/m);
  assert.match(table, /^ {2}tiled 64x64x32 +0\.300 +0\.75 +0e\+0 {2}taken, default left$/m);
  assert.match(table, /^ {2}tiled 8x64x32 +5e-1 {2}relative error 0\.50$/m);
  assert.match(table, /^2 questions; the first guess was left in 1$/m);
});

test("the questions of a shape are those of its plans, and none needs memory on the GPU", async () => {
  const device = await openDevice({ kernels: "hardware", tune: true });
  after(() => device.destroy());
  const { bytesAllocated } = device.stats;
  const requests = await questionsOf(device, { ...miniature(SHAPES[0]!), batch: 8 });
  assert.ok(requests.length >= 5, `${requests.length} questions`);
  for (const layout of ["NN", "NT", "TN"])
    assert.ok(
      requests.some(({ key }) => key.startsWith(`matmul ${layout}`)),
      layout,
    );
  assert.equal(device.stats.bytesAllocated, bytesAllocated);
});

function bench(env: Readonly<Record<string, string>>, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const options = { encoding: "utf8", env: { ...process.env, NO_COLOR: "1", NODE_OPTIONS: "", XDG_CACHE_HOME: folder, ...env } } as const;
  return spawnSync(process.execPath, [...CLI, "bench", ...args], options);
}

test("bench --tuner shows what is stored, which may be nothing", () => {
  const json = join(folder, "tuner.json");
  const nothing = bench({ ENTROPIC_TUNE: "0" }, "--tuner", "--json", json);
  assert.equal(nothing.status, 0, nothing.stderr);
  assert.match(nothing.stdout, /^nothing was timed here yet$/m);
  assert.deepEqual((JSON.parse(readFileSync(json, "utf8")) as TunerReport).questions, []);
});

test("what cannot be timed is refused in one line", async (context) => {
  await assert.rejects(benchTuner(["XL"], { adapter: "software" }), /There is no shape XL to tune; did you mean L\?/);
  const before = process.env.ENTROPIC_TUNE;
  context.after(() => {
    if (before === undefined) delete process.env.ENTROPIC_TUNE;
    else process.env.ENTROPIC_TUNE = before;
  });
  process.env.ENTROPIC_TUNE = "0";
  await assert.rejects(benchTuner(["S"], { adapter: "software" }), /Kernels are not timed on .*; ENTROPIC_TUNE=1 times them/);
});
