import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { compareLosses, summarize } from "../../bench/peers/compare.ts";
import type { PeerReport } from "../../bench/peers/peer.ts";
import { readWorkload, type TransformerWorkload, writeWorkload } from "../../bench/peers/workload.ts";

const folder = mkdtempSync(join(tmpdir(), "entropic-peers-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const tiny: TransformerWorkload = {
  kind: "transformer",
  name: "tiny",
  layers: 1,
  width: 32,
  heads: 2,
  vocabulary: 16,
  length: 12,
  batch: 4,
};
writeWorkload(folder, tiny);

const run = (file: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, ["--import", "tsx", fileURLToPath(new URL(`../../bench/peers/${file}`, import.meta.url)), ...args]);

test("a workload's files hold every parameter, and batches whose targets are the next tokens", () => {
  const files = readWorkload(folder);
  const names = files.floats().map(({ name }) => name);
  assert.equal(names.length, 2 + 12 + 2 + 1);
  assert.ok(names.includes("lm_head.weight"));
  const { tokens, targets } = files.batch(1);
  assert.equal(tokens.length, tiny.batch * tiny.length);
  assert.deepEqual(targets.slice(0, tiny.length - 1), tokens.slice(1, tiny.length));
  assert.deepEqual(files.batch(9), files.batch(1), "eight batches, again and again");
});

test("this engine learns the workload without the peers' packages, and reports every step", async () => {
  const { stdout } = await run("ours.ts", folder, "9", "60", "webgpu");
  const report = JSON.parse(stdout.trim().split("\n").at(-1)!) as PeerReport;
  assert.equal(report.losses.length, 8);
  assert.equal(report.milliseconds.length, 9);
  assert.ok(Math.abs(report.losses[0]! - Math.log(tiny.vocabulary)) < 0.05, `begins at chance, not at ${report.losses[0]}`);
  assert.ok(report.losses[7]! < report.losses[0]! - 0.02, `learns: ${report.losses}`);
});

test("losses that differ are reported with their step, and times after the warm-up are summed up", () => {
  const ours = [4, 3, 2];
  assert.equal(compareLosses(ours, [4.0003, 3.002, 2.001]).problem, undefined);
  assert.match(compareLosses(ours, [4.001, 3, 2]).problem!, /step 1/);
  assert.match(compareLosses(ours, [4, 3, 2.01]).problem!, /step 3/);
  assert.match(compareLosses(ours, [4, Number.NaN, 2]).problem!, /step 2/);
  assert.ok(compareLosses(ours, [4, 3]).problem);
  const summary = summarize([{ milliseconds: [90, 50, 3, 1, 2], processorMilliseconds: [9, 9, 1, 1, 4] }]);
  assert.deepEqual(summary, { milliseconds: { median: 2, min: 1, max: 3 }, processorMilliseconds: 1, steps: 3 });
});

test("the command line explains itself and names what there is", async () => {
  assert.match((await run("run.ts", "--help")).stdout, /matmul-512.*\n.*jax-webgpu/);
  await assert.rejects(run("run.ts", "XL"), { code: 2, stderr: /workload is XL; it must be one of matmul-512/ });
});

test("the folder names no package registry", () => {
  const lock = readFileSync(new URL("../../bench/peers/package-lock.json", import.meta.url), "utf8");
  assert.ok(!/"resolved"/.test(lock));
});
