import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { InvalidArgumentError } from "commander";
import { describeError, exitCodeOf, InterruptedError, UsageError } from "../../src/cli/errors.ts";
import { decimal, integer, listOf, readConfigFile } from "../../src/cli/options.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { ConfigError } from "../../src/rl/config/index.ts";
import { entropic, refusal } from "../cli_command.ts";

const folder = mkdtempSync(join(tmpdir(), "entropic-cli-"));
after(() => rmSync(folder, { recursive: true }));

function makeRun(name: string): string {
  const run = join(folder, name);
  mkdirSync(run, { recursive: true });
  const lines = [1, 2, 3].map((step) => JSON.stringify({ step, reward: step / 10, entropy: 0.5, "entropic/target": 0.4 }));
  writeFileSync(join(run, "metrics.jsonl"), `${lines.join("\n")}\n`);
  return run;
}

test("plot writes SVGs into the run, PNGs too when asked, and exits 0", () => {
  const run = makeRun("one");
  const plain = entropic("plot", run);
  assert.equal(plain.stderr, "");
  assert.equal(plain.status, 0);
  assert.deepEqual(readdirSync(join(run, "plots")).sort(), ["entropy.svg", "overview.svg", "reward.svg"]);
  const both = entropic("plot", run, makeRun("two"), "--out", join(folder, "out"), "--png", "--json");
  assert.equal(both.status, 0, both.stderr);
  const { files } = JSON.parse(both.stdout) as { files: string[] };
  assert.deepEqual(files.map((file) => file.slice(folder.length + 5)).sort(), readdirSync(join(folder, "out")).sort());
  assert.equal(files.length, 6);
});

test("a table that could not be written is refused before anything is drawn", async () => {
  const run = makeRun("table");
  const { status, stderr } = await refusal("plot", run, "--csv", join(folder, "absent", "x.csv"));
  assert.equal(status, 2);
  assert.match(stderr, /^error: --csv \S+x\.csv cannot be written \(ENOENT\); name a file in a folder that exists\n$/);
  assert.deepEqual(readdirSync(run), ["metrics.jsonl"]);
});

const wrongUsage: readonly [string[], RegExp][] = [
  [["plot"], /^error: missing required argument 'run'\n$/],
  [["plot", "x", "--pgn"], /^error: unknown option '--pgn' \(Did you mean --png\?\)\n$/],
  [["plto"], /^error: unknown command 'plto' \(Did you mean plot\?\)\n$/],
];
for (const [args, message] of wrongUsage) {
  test(`exit code 2 and one line: ${args.join(" ")}`, async () => {
    const { status, stderr } = await refusal(...args);
    assert.equal(status, 2);
    assert.match(stderr, message);
  });
}

test("a folder without a run exits 2 with one line, with --debug its stack", async () => {
  const failed = entropic("plot", join(folder, "absent"));
  assert.equal(failed.status, 2);
  assert.match(failed.stderr, /^error: \S+absent holds no readable metrics\.jsonl; give a run folder such as runs\/quickstart\.\n$/);
  assert.match((await refusal("plot", join(folder, "absent"), "--debug")).stderr, /\n {4}at .*run\.[jt]s/);
});

test("help exits 0 and every command's help has an example", async () => {
  const help = entropic("--help");
  assert.equal(help.status, 0);
  const commands = [...help.stdout.matchAll(/^ {2}([a-z]+)(?: .*)?$/gm)].map((match) => match[1]!).filter((name) => name !== "help");
  assert.ok(commands.includes("plot"));
  for (const name of commands) {
    const program = await buildProgram(name);
    const command = program.commands.find((one) => one.name() === name)!;
    const shown: string[] = [];
    command.configureOutput({ writeOut: (text) => void shown.push(text) });
    await assert.rejects(program.parseAsync([name, "--help"], { from: "user" }), (error) => exitCodeOf(error) === 0, name);
    assert.match(shown.join(""), /Examples?:\n {2}\$ (?:npm run -s entropic --|npx entropic-webgpu) /, name);
  }
});

test("errors map to exit codes and lines", () => {
  const config = new ConfigError(["a is 1; it must be 2", "b is not a known key"]);
  assert.equal(exitCodeOf(config), 2);
  assert.equal(describeError(config, false), "error: a is 1; it must be 2\nerror: b is not a known key");
  assert.deepEqual([new UsageError("x"), new InterruptedError("x", "SIGINT"), new Error("x"), "x"].map(exitCodeOf), [2, 130, 1, 1]);
  assert.deepEqual(
    (["SIGHUP", "SIGPIPE", "SIGTERM"] as const).map((signal) => exitCodeOf(new InterruptedError("x", signal))),
    [129, 141, 143],
  );
  assert.match(describeError(new TypeError("x is undefined"), false), /^error: TypeError: x is undefined \(a bug;/);
});

test("numbers of options are checked", () => {
  assert.equal(integer({ min: 1 })("12"), 12);
  assert.equal(decimal()("0.5"), 0.5);
  for (const text of ["", "1.5", "x", "0"]) assert.throws(() => integer({ min: 1 })(text), InvalidArgumentError, text);
  assert.deepEqual(listOf(decimal({ min: 0 }))("0.6,0.3, 1"), [0.6, 0.3, 1]);
  for (const text of ["", "0.6,", "0.6;0.3"]) assert.throws(() => listOf(decimal({ min: 0 }))(text), InvalidArgumentError, text);
  assert.throws(() => decimal({ min: 0, max: 1 })("2"), /a number of at least 0 and of at most 1/);
});

test("configuration files: missing, a folder, broken YAML, good", async () => {
  await assert.rejects(readConfigFile(join(folder, "none.yaml")), /There is no file \S+none\.yaml/);
  assert.equal((await readConfigFile("configs\\quickstart.yaml")).name, "quickstart");
  await assert.rejects(readConfigFile(folder), /is a folder; give the path of a file/);
  const file = join(folder, "mine.yaml");
  writeFileSync(file, "grpo:\n  steps: [1\n");
  await assert.rejects(
    readConfigFile(file),
    (error: Error) =>
      error.name === "ConfigError" && /mine\.yaml is not valid YAML: .* at line \d/.test(error.message) && !error.message.includes("\n"),
  );
  writeFileSync(file, "grpo: { steps: 3 }\n");
  assert.deepEqual(await readConfigFile(file), { value: { grpo: { steps: 3 } }, name: "mine", path: file });
});
