import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { CLI } from "../cli_command.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "entropic-signals-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const ENTROPIC = [process.execPath, ...CLI];
const TRAIN = ["train", "configs/quickstart.yaml"];

/** Options of a run of many tiny steps. */
function tiny(dir: string): string[] {
  const set = ["grpo.steps=100000", "grpo.prompts=1", "grpo.completions=2", "eval.every=0", "eval.prompts=1", "eval.completions=1"];
  return ["--no-plots", ...[`output.dir=${dir}`, "output.checkpointEvery=0", ...set].flatMap((one) => ["--set", one])];
}

/** Starts a program and, once it shows its first step, lets `stop` loose on it. Resolves with its exit code and all that it said. */
async function stopped(command: readonly string[], stop: (child: ChildProcess) => void): Promise<{ code: unknown; output: string }> {
  const child = spawn(command[0]!, command.slice(1), { cwd: ROOT });
  let output = "";
  let isStopped = false;
  const read = (chunk: Buffer): void => {
    output += chunk.toString();
    if (isStopped || !/step \d+\/100000/.test(output)) return;
    isStopped = true;
    stop(child);
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  const code = await new Promise((resolve) => child.on("close", (code, signal) => resolve(code ?? signal)));
  return { code, output };
}

/** What a run that was stopped must leave: a checkpoint of its last step, and no lock. */
function assertSaved(dir: string, output: string): void {
  const { step: steps } = JSON.parse(readFileSync(join(dir, "metrics.jsonl"), "utf8").trim().split("\n").at(-1)!);
  const checkpoint = join(dir, "checkpoints", `step-${String(steps).padStart(6, "0")}`);
  assert.deepEqual(readdirSync(join(dir, "checkpoints")), [`step-${String(steps).padStart(6, "0")}`], output);
  assert.equal(JSON.parse(readFileSync(join(checkpoint, "state.json"), "utf8")).step, steps, output);
  assert.ok(!existsSync(join(dir, "run.lock")), `the lock stayed: ${output}`);
}

const noSignals = process.platform === "win32" && "Windows ends a process at once in place of a signal";
const noShell = process.platform === "win32" && "the pipe is one of bash";
const hasTerminal = spawnSync("script", ["-qefc", "true", "/dev/null"]).status === 0;
const ways: Readonly<Record<string, readonly string[]>> = {
  "npm start": ["npm", "start", "--"],
  "npm run entropic": ["npm", "run", "-s", "entropic", "--", ...TRAIN],
  "node --import tsx": [process.execPath, "--import", "tsx", "src/cli/main.ts", ...TRAIN],
};

for (const [name, way] of Object.entries(ways)) {
  const skip = hasTerminal ? false : "there is no `script` (util-linux) to make a pseudo-terminal";
  test(`Ctrl-C in a terminal, under ${name}: the step is finished and saved, exit code 130`, { skip }, async () => {
    const dir = join(folder, name.replaceAll(/\W+/g, "-"));
    const command = `stty cols 100 rows 40 && exec ${[...way, ...tiny(dir)].map((word) => `'${word}'`).join(" ")}`;
    const { code, output } = await stopped(["script", "-qefc", command, "/dev/null"], (child) => void child.stdin!.write("\x03"));
    assert.equal(code, 130, output);
    assert.match(output, /stopped after step \d+ of 100000; continue with: /);
    assertSaved(dir, output);
  });
}

for (const [signal, expected] of [
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const) {
  test(`${signal} does what Ctrl-C does, with exit code ${expected}`, { skip: noSignals }, async () => {
    const dir = join(folder, signal);
    const { code, output } = await stopped([...ENTROPIC, ...TRAIN, ...tiny(dir)], (child) => void child.kill(signal));
    assert.equal(code, expected, output);
    assertSaved(dir, output);
  });
}

test("a warm start that is stopped is saved, and shows the steps that it has profiled", { skip: noSignals }, async () => {
  const dir = join(folder, "sft");
  const sizes = ["sft.steps=100000", "sft.batch=2", "sft.evalEvery=4", "sft.stopAtPassAt1=null", "eval.prompts=2", "eval.completions=2"];
  const set = [`output.dir=${dir}`, "output.checkpointEvery=0", ...sizes].flatMap((one) => ["--set", one]);
  const words = ["sft", "configs/sort_sft.yaml", "--profile", "90000", ...set];
  const { code, output } = await stopped([...ENTROPIC, ...words], (child) => void child.kill("SIGTERM"));
  assert.equal(code, 143, output);
  assert.match(output, /profile of steps 3 to \d+ on /);
  assert.equal(readdirSync(join(dir, "checkpoints")).length, 1, output);
});

test("a signal that arrives twice at once, from the terminal and from npm, is one request; a later one ends the process", {
  skip: noSignals,
}, () => {
  const script = `
    import { watchInterrupt } from "./src/cli/interrupt.ts";
    const asked = [];
    const watch = watchInterrupt((signal) => asked.push(signal));
    const wait = (ms) => new Promise((done) => setTimeout(done, ms));
    for (const signal of ["SIGINT", "SIGINT", "SIGTERM"]) {
      process.kill(process.pid, signal);
      await wait(50);
    }
    console.log(asked.join(), watch.requested());
    await wait(600);
    process.kill(process.pid, "SIGTERM");
    await wait(5000);`;
  const words = ["--import", "tsx", "--input-type=module", "-e", script];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: ROOT, encoding: "utf8" });
  assert.equal(stdout.trim(), "SIGINT SIGINT", stderr);
  assert.equal(status, 143, stderr);
});

test("a reader that goes away, as in train | head -1: the run is saved and ends quietly", { skip: noShell }, () => {
  const dir = join(folder, "head");
  const command = `${[...ENTROPIC, ...TRAIN, ...tiny(dir)].map((word) => `'${word}'`).join(" ")} | head -1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", command], { cwd: ROOT, encoding: "utf8" });
  const lines = stdout.trim().split("\n");
  assert.equal(lines.length, 2, stdout);
  assert.equal(lines[1], "141", stderr);
  assert.doesNotMatch(stderr, /error|EPIPE|at /);
  assert.equal(readdirSync(join(dir, "checkpoints")).length, 1, "nothing to resume from");
  assert.ok(!existsSync(join(dir, "run.lock")), "the lock stayed");
});

test("a reader that goes away ends the other commands quietly", { skip: noShell }, () => {
  const said = (words: string): { stdout: string; stderr: string } =>
    spawnSync("bash", ["-c", `${ENTROPIC.map((word) => `'${word}'`).join(" ")} ${words} | true; echo "\${PIPESTATUS[0]}"`], {
      cwd: ROOT,
      encoding: "utf8",
    });
  for (const words of ["bench --list", "devices", "--help"]) {
    const { stdout, stderr } = said(words);
    assert.match(stdout, /^(0|141)\n$/, words);
    assert.doesNotMatch(stderr, /error|EPIPE|at /, words);
  }
});
