import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { predictionFor } from "../../bench/gpu_day/predictions.ts";
import { writeReport } from "../../bench/gpu_day/report.ts";
import { runStage, testSummary } from "../../bench/gpu_day/run_stage.ts";
import { type Stage, stagesOf } from "../../bench/gpu_day/stages.ts";
import { chooseCases } from "../../bench/suite.ts";
import { tuningCache } from "../../src/node/tuning_cache.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "entropic-gpu-day-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const stages = (dry: boolean): Stage[] => stagesOf({ adapter: "hardware", out: folder, dry, python: undefined });
const stage = (name: string, args: readonly string[], result: Stage["result"]): Stage => ({ name, args, result, limit: 5, expected: 1 });
const evaluated = (code: string): readonly string[] => ["--eval", code];

test("every stage fits into a call of ten minutes, has a name of its own, and names rows of the benchmark that exist", () => {
  for (const dry of [false, true]) {
    const all = stages(dry);
    assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
    for (const { name, limit, expected } of all) assert.ok(expected <= limit && limit < 600, name);
  }
  const telling = stages(false).find(({ name }) => name === "toggles-none")!.args;
  const words = telling.slice(telling.indexOf("bench") + 1, telling.indexOf("--seconds"));
  assert.ok(words.length > 3 && chooseCases(words).length >= words.length);
});

test("the kernels of toggles-... are those of toggles-none, whatever an earlier day chose under the toggles", async () => {
  const before = process.env.XDG_CACHE_HOME;
  process.env.XDG_CACHE_HOME = join(folder, "cache");
  try {
    const cache = (name: string) => tuningCache([join(folder, "cache/entropic-webgpu", name)]);
    await cache("tuning").write("a GPU", "plain");
    await cache("tuning+skip_validation").write("a GPU", "stale");
    const all = stages(false).filter(({ name }) => name.startsWith("toggles-"));
    all[0]!.finish!();
    // The next call is on a fresh machine, and has what the archive brought.
    await cache("tuning").write("a GPU", "chosen later");
    for (const { prepare } of all) prepare?.();
    const listed = all.map(({ args }) => args[args.indexOf("--toggles") + 1]!.replaceAll(",", "+")).slice(1);
    assert.equal(listed.length, 5);
    for (const toggles of listed) assert.equal(await cache(`tuning+${toggles}`).read("a GPU"), "plain", toggles);
    assert.equal(all[0]!.name, "toggles-none");
    assert.equal(await cache("tuning").read("a GPU"), "chosen later");
  } finally {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
  }
});

test("checks run without timing kernels, matrix instructions are turned on once, and tests use the machine's cores", () => {
  const named = (name: string): Stage => stages(false).find((each) => each.name === name)!;
  assert.equal(named("verify").env?.ENTROPIC_TUNE, "0");
  assert.equal(named("matrices").env?.ENTROPIC_SUBGROUP_MATRIX, "f16");
  assert.match(named("tests").args.join(" "), /scripts\/test\.ts --test-concurrency=[2-8] test\/ops/);
});

test("as many test files run at a time as the option says", () => {
  const tests = join(folder, "tests");
  mkdirSync(tests);
  // Each waits for all others to have begun.
  const waits = (name: string) => `import { readdirSync, writeFileSync } from "node:fs"; import { test } from "node:test";
    test("${name} begins beside the others", async () => {
      const begun = () => readdirSync(${JSON.stringify(tests)}).filter((file) => file.endsWith(".begun")).length;
      writeFileSync(${JSON.stringify(tests)} + "/${name}.begun", "");
      for (let i = 0; i < 300 && begun() < 3; i += 1) await new Promise((go) => setTimeout(go, 100));
      if (begun() < 3) throw new Error("alone");
    });`;
  for (const name of ["a", "b", "c"]) writeFileSync(join(tests, `${name}.test.ts`), waits(name));
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const run = (option: string) =>
    spawnSync(process.execPath, ["--import", "tsx", "scripts/test.ts", option, tests], { cwd: root, encoding: "utf8", env });
  const three = run("--test-concurrency=3");
  assert.equal(three.status, 0, three.stdout + three.stderr);
  const none = run("--test-concurrency=many");
  assert.deepEqual([none.status, none.stderr], [2, "error: --test-concurrency=N takes a whole number of at least 1\n"]);
});

test("a stage that ends well, fails, hangs or prints no JSON leaves a record that says so", async () => {
  const run = (one: Stage, seconds = 60) => runStage(one, folder, seconds);
  const printed = await run(stage("printed", evaluated("console.log('some words'); console.log(JSON.stringify({ found: 3 }))"), "printed"));
  assert.equal(printed.status, "done");
  assert.deepEqual(JSON.parse(readFileSync(join(folder, "printed.json"), "utf8")), { found: 3 });
  const failed = await run(stage("failed", evaluated("console.error('error: no GPU'); process.exit(1)"), "printed"));
  assert.deepEqual([failed.status, failed.said?.at(-1)], ["failed", "error: no GPU"]);
  assert.equal((await run(stage("silent", evaluated(""), "printed"))).status, "failed");
  assert.equal((await run(stage("unwritten", evaluated(""), "written"))).status, "failed");
  assert.equal((await run(stage("hangs", evaluated("setInterval(() => {}, 1000)"), "printed"), 1.5)).status, "timed out");
  for (const name of ["printed", "failed", "hangs"]) assert.match(readFileSync(join(folder, `${name}.log`), "utf8"), /^\$ node /);
});

test("what Node's test runner prints is counted", () => {
  const tap = "ok 1 - one\nnot ok 2 - two fails\n# tests 4\n# pass 2\n# fail 1\n# skipped 1\n";
  assert.deepEqual(testSummary(tap), { passed: 2, failed: 1, skipped: 1, failures: ["two fails"] });
  const stopped = testSummary("ok 1 - one\nok 2 - two # SKIP no GPU\nnot ok 3 - three\n");
  assert.deepEqual(stopped, { passed: 1, failed: 1, skipped: 1, failures: ["three"], brokenOff: "the runner was stopped" });
  assert.equal(testSummary("TAP version 13\n"), undefined);
});

test("a kernel that hangs on a GPU has no more than its watchdog's time", () => {
  for (const { name, env } of stages(false)) assert.equal(env?.ENTROPIC_WATCHDOG, "45", name);
  assert.equal(stages(false).find(({ name }) => name === "verify")!.env!.ENTROPIC_TUNE, "0", "a stage keeps what it sets itself");
  for (const { name, env } of stages(true)) assert.equal(env?.ENTROPIC_WATCHDOG, undefined, name);
});

test("what memory decides is predicted for the H100 and not for the H200, which has faster memory", () => {
  const [slow, fast] = ["NVIDIA H100 80GB HBM3", "NVIDIA H200"].map((name) => predictionFor(name)!);
  assert.equal(slow!.decode[64], 2.5);
  assert.deepEqual(fast!.decode, {});
  assert.deepEqual(fast!.matmul, slow!.matmul);
});

test("the report tells which rows failed, why others are missing, and what the matrix instructions were worth", () => {
  const out = join(folder, "broken");
  mkdirSync(out);
  const result = {
    name: "matmul NT f16 weights",
    shape: "4096x4864x896",
    gflops: 60_000,
    maxRelativeError: 4e-7,
    fractionOfCeiling: 1.5,
    milliseconds: { median: 2 },
  };
  const ceilings = { gflops: 40_000, gigabytesPerSecond: 3000 };
  const failures = [{ name: "gelu", shape: "8", reason: "wrong: 1\nmore" }];
  const report = { ceilings, results: [result], failures, brokenOff: "the device was lost\nat night", aboveCeiling: ["gelu 8"] };
  writeFileSync(join(out, "bench.json"), JSON.stringify(report));
  const configurations = [{ componentType: "f16", resultComponentType: "f32", M: 16, N: 16, K: 16 }];
  const matrices = {
    adapter: "x",
    configurations,
    usable: [{ component: "f16", height: 16, width: 16, depth: 16, lanes: 32, emulated: false }],
    subgroups: [32, 32],
    warnings: [],
    report: { ceilings, results: [result], failures: [] },
  };
  writeFileSync(join(out, "matrices.json"), JSON.stringify(matrices));
  writeFileSync(
    join(out, "verify.json"),
    JSON.stringify({ level: "default", cases: [{ status: "passed" }, { status: "failed" }], brokenOff: "stopped" }),
  );
  const file = join(out, "report.md");
  writeReport(file, { adapter: "some GPU", out, stages: stages(false), dry: false });
  const text = readFileSync(file, "utf8");
  assert.match(
    text,
    /\ngelu 8 failed: wrong: 1\n\nAbove their ceilings, which must be too low: gelu 8\.\n\nBroken off: the device was lost\.\n/,
  );
  assert.match(text, /`verify` \(default\): stopped after 2 cases, 1 of which failed\./);
  assert.match(text, /What the driver has: 16x16x16 f16 to f32\. What the kernel takes: 16x16x16 f16 of 32 lanes\./);
  assert.match(text, /\| matmul NT f16 weights \| 4096x4864x896 \| 60 \| 150 % \| 4e-7 \|/);
});

test("a rate of no time at all, which JSON writes as null, costs a cell of the report and not the page", () => {
  const out = join(folder, "timeless");
  mkdirSync(out);
  const ceilings = { gflops: 40_000, gigabytesPerSecond: Number.POSITIVE_INFINITY };
  const row = { name: "gelu", shape: "8", gflops: 1, maxRelativeError: 0, fractionOfCeiling: 0, milliseconds: { median: 0 } };
  writeFileSync(join(out, "bench.json"), JSON.stringify({ ceilings, results: [row], failures: [] }));
  const file = join(out, "report.md");
  writeReport(file, { adapter: "some GPU", out, stages: stages(false), dry: false });
  assert.match(readFileSync(file, "utf8"), /40 TFLOP\/s of fma, {2}GB\/s\./);
});

test("the report puts predictions beside what was measured, and says what did not run", () => {
  const spread = { median: 1.25, min: 1, max: 2, percentile5: 1, percentile95: 2 };
  const kernels = [{ name: "matmul/tiled", calls: 4, time: 0.5, share: 0.6, gflops: 900, gigabytes: 3 }];
  const counts = { rows: 1024, parameters: 9, encodeMilliseconds: 0.4, dispatches: 99, submissions: 1, gpuMilliseconds: 0.8 };
  writeFileSync(join(folder, "profile-S.json"), JSON.stringify({ shape: "S", milliseconds: spread, kernels, ...counts }));
  const decoded = { shape: "Qwen", sequences: 64, topP: 1, promptLength: 543, millisecondsPerToken: 3, tokensPerSecond: 21333 };
  writeFileSync(join(folder, "decode-Qwen.json"), JSON.stringify([decoded, { ...decoded, sequences: 256, failed: "out of memory" }]));
  const file = join(folder, "report.md");
  writeReport(file, { adapter: "NVIDIA H100 80GB HBM3", out: folder, stages: stages(false), dry: false });
  const text = readFileSync(file, "utf8");
  assert.match(text, /^# Measured on NVIDIA H100 80GB HBM3\n/);
  assert.match(text, /\| S \| 1024 \| 1\.25 \(1 to 2\) \| 0\.8 \| 0\.9 \| 0\.4 \| 99 \|/);
  assert.match(text, /\| Qwen \| 64 \| {2}\| 543 \| 3 \| 21333 \| 2\.5 \|/);
  assert.match(text, /\| Qwen \| 256 \| {2}\| 543 \| out of memory \|/);
  assert.match(text, /\| verify \| not run \|/);
  assert.equal(predictionFor("some other GPU"), undefined);
});

test("a dry run takes the whole way on a software GPU, and a second call does not repeat it", { timeout: 300_000 }, () => {
  const out = join(folder, "dry");
  const words = ["bench/gpu_day/run.ts", "--adapter", process.env.ENTROPIC_ADAPTER ?? "software", "--dry-run", "--out", out];
  const run = () =>
    spawnSync(process.execPath, ["--import", "tsx", ...words, "--only", "devices,profile-Qwen"], { cwd: root, encoding: "utf8" });
  const first = run();
  assert.equal(first.status, 0, first.stderr);
  assert.match(first.stdout, /devices +done after[\s\S]*profile-Qwen +done after/);
  assert.match(readFileSync(join(out, "report.md"), "utf8"), /\| Qwen \| 32 \|/);
  assert.ok(existsSync(join(out, "devices.json")));
  assert.doesNotMatch(run().stdout, /done after/);
});

test("a stage that does not exist is refused in one line", () => {
  const words = ["--import", "tsx", "bench/gpu_day/run.ts", "--adapter", "software", "--only", "profiles"];
  const { status, stderr } = spawnSync(process.execPath, words, { cwd: root, encoding: "utf8" });
  assert.deepEqual([status, stderr.trim().split("\n").at(-1)?.slice(0, 33)], [2, "error: there is no stage profiles"]);
});
