import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { describeError } from "../../src/cli/errors.ts";
import { readConfigFile } from "../../src/cli/options.ts";
import { listCheckpoints } from "../../src/io/run_folder.ts";
import { loadModel } from "../../src/node/load_model.ts";
import { entropic, refusal } from "../cli_command.ts";
import { unusedDevice } from "../unused_device.ts";

const folder = mkdtempSync(join(tmpdir(), "entropic-usage-"));
after(() => rmSync(folder, { recursive: true }));

test("--version prints the package's version", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  const { status, stdout } = entropic("--version");
  assert.deepEqual([status, stdout], [0, `${version}\n`]);
});

test("a word of 20,000 characters is answered in one short line, with the code of wrong usage", async () => {
  const { status, stderr } = await refusal("x".repeat(20_000));
  assert.equal(status, 2, stderr);
  assert.match(stderr, /^error: unknown command 'x+\.\.\.x+'\n$/);
  assert.ok(stderr.length <= 500, `${stderr.length} characters`);
});

test("--report-only with what changes nothing is wrong usage, and a summary that is no such file fails", async () => {
  const typed = await refusal("experiment", "toy-control", "--report-only", "--out", folder, "--seeds", "3");
  assert.deepEqual([typed.status, typed.stderr.split("\n").length], [2, 2], typed.stderr);
  assert.match(typed.stderr, /--seeds changes nothing with --report-only/);
  writeFileSync(join(folder, "summary.json"), '{"study":"toy-control"');
  const damaged = await refusal("experiment", "toy-control", "--report-only", "--out", folder);
  assert.deepEqual([damaged.status, damaged.stderr.split("\n").length], [1, 2], damaged.stderr);
  assert.match(damaged.stderr, /summary\.json is not valid JSON/);
});

test("the folder of a run in place of a model names its newest checkpoint", async () => {
  for (const step of ["step-000010", "step-000020"]) mkdirSync(join(folder, "run/checkpoints", step), { recursive: true });
  assert.equal((await listCheckpoints(join(folder, "run")))[0]?.step, 20);
  // The folder is refused before the device is used.
  await assert.rejects(loadModel(unusedDevice, join(folder, "run")), /is the folder of a run; give a checkpoint of it, .*step-000020$/);
});

test("whatever an error says, the screen shows lines of at most 500 characters", () => {
  const long = "y".repeat(50_000);
  for (const error of [new Error(long), new TypeError(long), long, new Error(`a\n${long}`)])
    for (const line of describeError(error, false).split("\n"))
      assert.ok(line.length <= 500 + " (a bug; run again with --debug for the stack)".length, `${line.length}`);
});

test("a file without an end is not read to its end", { skip: process.platform === "win32" && "no /dev/zero" }, async () => {
  await assert.rejects(readConfigFile("/dev/zero"), /\/dev\/zero is larger than any file that is read here/);
});
