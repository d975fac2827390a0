import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { CLI } from "../cli_command.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

function experiment(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const argv = [...CLI, "experiment", ...words];
  return spawnSync(process.execPath, argv, { cwd: root, encoding: "utf8" });
}

test("bad input is one line and exit code 2", () => {
  const unknown = experiment("toy-contrl");
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /^error: There is no study toy-contrl; did you mean toy-control\?\n$/);
  const value = experiment("toy-control", "--set", "gains.lambda=3");
  assert.equal(value.status, 2);
  assert.match(value.stderr, /^error: gains\.lambda is 3; it must be a number above 0 and below 2\n$/);
  const seeds = experiment("tau", "--seeds", "three");
  assert.equal(seeds.status, 2);
  assert.match(seeds.stderr, /It must be a count such as 3, or a list such as 3,5,8/);
  const missing = experiment("toy-control", "--report-only", "--out", "no/such/folder");
  assert.equal(missing.status, 2);
  assert.match(missing.stderr, /There is no file no\/such\/folder\/summary\.json/);
});

test("records alone make a partial report, without a GPU; studies that read whole trainings refuse them", async () => {
  const folder = await mkdtemp(join(tmpdir(), "entropic-records-"));
  try {
    const records = join(root, "docs/results/long/records.jsonl");
    const text = await readFile(records, "utf8");
    const { stdout } = experiment("long", "--partial", "--records", records, "--runs", folder);
    assert.match(stdout, /report: .*report\.md\n$/);
    assert.match(await readFile(join(folder, "report.md"), "utf8"), /\| GRPO \| 5 \| 0\.667/);
    assert.equal(await readFile(records, "utf8"), text, "nothing was new");
  } finally {
    await rm(folder, { recursive: true });
  }
  const quick = experiment("long", "--quick", "--records", "any.jsonl");
  assert.deepEqual(
    [quick.status, quick.stderr],
    [2, "error: --records keeps whole trainings, and --quick cuts them short; leave one of them out.\n"],
  );
  const { status, stderr } = experiment("tau", "--records", "any.jsonl");
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

test("--seeds is a count or, with a comma, a list", () => {
  const allowed = "a whole number from 1 to 1000 (how many seeds), or a list of different seeds such as [3, 5, 8]";
  for (const [typed, problem] of [
    ["2000", `seeds is 2000; it must be ${allowed}`],
    ["3,5,3", `seeds is [3,5,3]; it must be ${allowed}`],
    ["4294967296,", "seeds.0 is 4294967296; it must be a whole number from 0 to 4294967295"],
  ] as const) {
    const { status, stderr } = experiment("tau", "--quick", "--seeds", typed);
    assert.deepEqual({ status, stderr }, { status: 2, stderr: `error: ${problem}\n` });
  }
});

test("--runs holds the report too, each study in a folder of its own where there are several", async () => {
  const folder = await mkdtemp(join(tmpdir(), "entropic-runs-"));
  try {
    for (const name of ["tau", "stability"]) await cp(join(root, "docs/results", name, "summary.json"), join(folder, name, "summary.json"));
    const { stdout } = experiment("tau", "stability", "--report-only", "--runs", folder);
    assert.match(stdout, /report: .*entropic-runs-\w+\/report\.md\n$/);
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
