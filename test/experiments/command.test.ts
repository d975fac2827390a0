import assert from "node:assert/strict";
import { access, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { shippedSettings } from "../../scripts/document_results.ts";
import { describeCell } from "../../src/experiments/framework/cell_folder.ts";
import { long } from "../../src/experiments/studies/long.ts";
import { entropic, refusal } from "../cli_command.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

function experiment(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = entropic("experiment", ...words);
  // Dawn's own lines are kept from terminals and pipes, and this is a socket.
  return { status, stdout, stderr: stderr.replaceAll(/^Warning: .*\n/gm, "") };
}

const refused = (...words: string[]) => refusal("experiment", ...words);

const PART = "search/codes/grpo/setting-1";

/** A folder of the study long in which the run PART is complete, on an adapter that no machine has. Returns the path of its metrics. */
async function writeCompleteRun(dir: string): Promise<string> {
  const shipped = await shippedSettings(long);
  const cell = long.prepare(shipped, { quick: false, shipped }).cells.find(({ name }) => name === "search/seed-100/codes/grpo/setting-1")!;
  const lines = Array.from({ length: cell.config.grpo.steps + 1 }, (_, step) => ({ step, "eval/greedy": 0.5, "eval/pass@1": 0.5 }));
  const folder = join(dir, cell.name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "config.yaml"), describeCell(cell, cell.config, "abacus"));
  await writeFile(join(folder, "metrics.jsonl"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return join(folder, "metrics.jsonl");
}

test("bad input is one line and exit code 2", async () => {
  const unknown = await refused("toy-contrl");
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /^error: There is no study toy-contrl; did you mean toy-control\?\n$/);
  const value = await refused("toy-control", "--set", "gains.lambda=3");
  assert.equal(value.status, 2);
  assert.match(value.stderr, /^error: gains\.lambda is 3; it must be a number above 0 and below 2\n$/);
  const seeds = await refused("tau", "--seeds", "three");
  assert.equal(seeds.status, 2);
  assert.match(seeds.stderr, /It must be a count such as 3, or a list such as 3,5,8/);
  const missing = await refused("toy-control", "--report-only", "--out", "no/such/folder");
  assert.equal(missing.status, 2);
  assert.match(missing.stderr, /There is no file no[\\/]such[\\/]folder[\\/]summary\.json; .*give the folder of its report with --out\n$/);
});

test("a study that --only took for one of its parts is named, and so is a command without any", async () => {
  const swallowed = await refused("--only", "codes/grpo", "long");
  assert.deepEqual(
    [swallowed.status, swallowed.stderr],
    [2, "error: --only took the study long for one of its parts; name studies before it: experiment long --only codes/grpo\n"],
  );
  const unknown = await refused("--only", "codes/grpo", "lnog");
  assert.deepEqual([unknown.status, unknown.stderr.startsWith("error: no study is named; --only takes")], [2, true], unknown.stderr);
  const none = await refused("--quick");
  assert.deepEqual([none.status, none.stderr.startsWith("error: no study is named; there are: ")], [2, true], none.stderr);
});

test("a complete run with other settings is kept unless --overwrite is given", async () => {
  const folder = await mkdtemp(join(tmpdir(), "entropic-other-"));
  try {
    const metrics = await writeCompleteRun(folder);
    const text = await readFile(metrics, "utf8");
    const { status, stderr } = await refused("long", "--only", PART, "--runs", folder, "--set", "grpo.warmupSteps=5");
    assert.equal(status, 2, stderr);
    assert.match(
      stderr,
      /^error: 1 run in .* has other settings \(adapter, grpo\.warmupSteps\) .*: search\/seed-100\/.*; give --runs OTHER .*, or --overwrite .*\n$/,
    );
    assert.equal(await readFile(metrics, "utf8"), text);
    const both = await refused("long", "--partial", "--overwrite", "--runs", folder);
    assert.deepEqual([both.status, both.stderr.startsWith("error: --overwrite ")], [2, true], both.stderr);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a mistake in one of several studies shows before anything is done for another", async () => {
  const folder = await mkdtemp(join(tmpdir(), "entropic-several-"));
  try {
    await writeCompleteRun(join(folder, "long"));
    const { status, stderr } = await refused("long", "toy-control", "--partial", "--runs", folder);
    assert.deepEqual(
      [status, stderr],
      [2, "error: the study toy-control has a report of all its runs alone; leave out --partial and --only\n"],
    );
    await assert.rejects(access(join(folder, "long/report.md")));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a partial report is of the adapter that --adapter names, or refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "entropic-adapter-"));
  try {
    await writeCompleteRun(folder);
    assert.match(experiment("long", "--partial", "--runs", folder, "--adapter", "abacus").stdout, /report: /);
    const other = await refused("long", "--partial", "--runs", folder, "--adapter", "embedded");
    assert.equal(other.status, 2);
    assert.match(
      other.stderr,
      /^error: --adapter embedded names no adapter of the runs of the study long in .*: they are of abacus; .*\n$/,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a file of records that does not exist yet is named, and one whose folder does not is refused before anything runs", async () => {
  const folder = await mkdtemp(join(tmpdir(), "entropic-new-records-"));
  try {
    await writeCompleteRun(folder);
    const records = join(folder, "records.jsonl");
    const partial = () => experiment("long", "--partial", "--runs", folder, "--records", records).stdout;
    assert.ok(partial().startsWith(`${records} does not exist yet; it will be made\n`));
    assert.ok(partial().startsWith(`1 record in ${records}\n`));
    for (const [path, problem] of [
      [
        join(folder, "no-folder/records.jsonl"),
        /^error: the folder .*no-folder of --records does not exist; make it, or give another file\n$/,
      ],
      [folder, /^error: --records .* is a folder; give a file in it\n$/],
    ] as const) {
      const { status, stderr } = await refused("long", "--only", PART, "--runs", folder, "--records", path);
      assert.equal(status, 2, stderr);
      assert.match(stderr, problem);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("records alone make a partial report, without a GPU; studies that read whole trainings refuse them", async () => {
  const folder = await mkdtemp(join(tmpdir(), "entropic-records-"));
  try {
    const records = join(root, "docs/results/long/records.jsonl");
    const text = await readFile(records, "utf8");
    const { stdout } = experiment("long", "--partial", "--records", records, "--runs", folder);
    assert.ok(stdout.startsWith(`${text.trim().split("\n").length} records in ${records}\n`));
    assert.match(stdout, /report: .*report\.md\n$/);
    assert.match(await readFile(join(folder, "report.md"), "utf8"), /\| GRPO \| 5 \| 0\.667/);
    assert.equal(await readFile(records, "utf8"), text, "nothing was new");
  } finally {
    await rm(folder, { recursive: true });
  }
  const quick = await refused("long", "--quick", "--records", "any.jsonl");
  assert.deepEqual(
    [quick.status, quick.stderr],
    [2, "error: --records keeps whole trainings, and --quick cuts them short; leave one of them out.\n"],
  );
  const { status, stderr } = await refused("tau", "--records", "any.jsonl");
  assert.deepEqual([status, stderr], [2, "error: the study tau reads whole trainings and has no records of them; leave out --records\n"]);
});

test("--report-only writes the shipped report again, without a GPU", async () => {
  const folder = await mkdtemp(join(tmpdir(), "entropic-report-"));
  try {
    const shipped = join(root, "docs/results/toy-control");
    await cp(join(shipped, "summary.json"), join(folder, "summary.json"));
    const { status, stdout } = experiment("toy-control", "--report-only", "--out", folder);
    assert.equal(status, 0);
    assert.match(stdout, /PASS/);
    for (const name of ["report.md", "summary.json", "on_policy.svg"]) {
      assert.equal(await readFile(join(folder, name), "utf8"), await readFile(join(shipped, name), "utf8"), name);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("--seeds is a count or, with a comma, a list", async () => {
  const allowed = "a whole number from 1 to 1000 (how many seeds), or a list of different seeds such as [3, 5, 8]";
  for (const [typed, problem] of [
    ["2000", `seeds is 2000; it must be ${allowed}`],
    ["3,5,3", `seeds is [3,5,3]; it must be ${allowed}`],
    ["4294967296,", "seeds.0 is 4294967296; it must be a whole number from 0 to 4294967295"],
  ] as const) {
    const { status, stderr } = await refused("tau", "--quick", "--seeds", typed);
    assert.deepEqual({ status, stderr }, { status: 2, stderr: `error: ${problem}\n` });
  }
});

test("--runs holds the report too, each study in a folder of its own where there are several", async () => {
  const folder = await mkdtemp(join(tmpdir(), "entropic-runs-"));
  try {
    for (const name of ["tau", "stability"]) await cp(join(root, "docs/results", name, "summary.json"), join(folder, name, "summary.json"));
    const { stdout } = experiment("tau", "stability", "--report-only", "--runs", folder);
    assert.match(stdout, /report: .*entropic-runs-\w+[\\/]report\.md\n$/);
    assert.match(await readFile(join(folder, "report.md"), "utf8"), /^# tau and stability\n/);
    assert.equal(
      await readFile(join(folder, "tau", "report.md"), "utf8"),
      await readFile(join(root, "docs/results/tau/report.md"), "utf8"),
    );
    assert.equal(experiment("tau", "--report-only", "--runs", join(folder, "tau")).status, 0);
  } finally {
    await rm(folder, { recursive: true });
  }
});
