import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { BenchReport } from "../../bench/harness.ts";
import { CLI, entropic } from "../cli_command.ts";

const folder = mkdtempSync(join(tmpdir(), "entropic-bench-"));
after(() => rmSync(folder, { recursive: true }));

const bench = (...args: string[]) => entropic("bench", ...args);

const errorOf = (stderr: string): string[] => stderr.split("\n").filter((line) => line.startsWith("error:"));

test("bench prints a table, writes JSON, and compares with an earlier run", () => {
  const before = join(folder, "before.json");
  const first = bench("multiply 2048x128", "--seconds", "0.02", "--json", before);
  assert.equal(first.status, 0, first.stderr);
  const report = JSON.parse(readFileSync(before, "utf8")) as BenchReport;
  assert.deepEqual(
    report.results.map(({ name, shape }) => [name, shape]),
    [["multiply", "2048x128"]],
  );
  const [result] = report.results;
  assert.ok(result!.milliseconds.median > 0 && result!.maxRelativeError < 1e-6 && result!.fractionOfCeiling > 0);
  assert.ok(report.ceilings.gflops > 0 && report.ceilings.gigabytesPerSecond > 0);
  assert.match(report.clock, /^(host|gpu timestamps)$/);
  for (const text of [report.adapter, "ceilings", "median ms", "multiply 2048x128"]) assert.ok(first.stdout.includes(text), text);

  // A hundred times as fast as it was.
  const slow = (key: string, value: unknown): unknown => (/^(median|min|max|percentile\d+)$/.test(key) ? 100 * (value as number) : value);
  writeFileSync(before, JSON.stringify(report, slow));
  const second = bench("multiply 2048x128", "--seconds", "0.02", "--compare", before);
  assert.equal(second.status, 0, second.stderr);
  assert.match(second.stdout, /(multiply 2048x128 .* x0\.0\d faster\s+(timed again.*\s+)?){2}/);
  assert.match(second.stdout, /^slower both times: nothing\nfaster both times: multiply 2048x128$/m);
});

test("a bench that is killed leaves the rows that it had measured", async () => {
  const file = join(folder, "killed.json");
  const words = ["bench", "multiply", "rope", "--seconds", "0.001", "--json", file];
  const child = spawn(process.execPath, [...CLI, ...words], { stdio: "ignore" });
  const ended = once(child, "exit");
  while (!existsSync(file) && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill("SIGKILL");
  await ended;
  const { results, brokenOff } = JSON.parse(readFileSync(file, "utf8")) as BenchReport;
  assert.ok(results.length > 0 && results[0]!.milliseconds.median > 0);
  assert.match(brokenOff!, /^\d+ of \d+ cases had ended when this was written$/);
});

test("bench refuses what it cannot do, in one line and before it measures", () => {
  for (const [args, message] of [
    [["matnul"], /no benchmark is called "matnul"; near it are matmul, .*--list/],
    [["rope", "--compare", join(folder, "absent.json")], /There is no file .*absent\.json/],
    [["rope", "--json", join(folder, "absent", "x.json")], /There is no folder .*absent/],
    [["rope", "--seconds", "0"], /seconds/],
  ] as const) {
    const { status, stdout, stderr } = bench(...args);
    assert.equal(status, 2, stderr);
    assert.equal(stdout, "");
    assert.equal(errorOf(stderr).length, 1);
    assert.match(stderr, message);
  }
});

test("bench --list shows the cases", () => {
  const { status, stdout } = bench("rope N", "--list");
  assert.equal(status, 0);
  assert.deepEqual(stdout.trim().split("\n"), ["rope N2048 H4 D32", "rope N2048 H8/2 D64"]);
});
