import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readSafetensors } from "../../src/io/safetensors.ts";
import { type Finding, parseFindings } from "../../src/report/findings.ts";
import { entropic } from "../cli_command.ts";
import { copyOverflowingModel } from "../overflowing_model.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "entropic-findings-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What a command that must succeed prints. */
function outputOf(...words: string[]): string {
  const { status, stdout, stderr } = entropic(...words);
  assert.equal(status, 0, stderr);
  return stdout;
}

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly findings: readonly Finding[];
}

/** Trains the shipped checkpoint for a few small steps; how it ended and what diagnostics.jsonl holds. */
function attempt(dir: string, ...settings: string[]): Outcome {
  const few = ["eval.every=0", "eval.prompts=2", "eval.completions=2", "output.checkpointEvery=12"];
  const set = [`output.dir=${dir}`, ...few, ...settings].flatMap((setting) => ["--set", setting]);
  const { status, stdout, stderr } = entropic("train", join(ROOT, "configs/quickstart.yaml"), "--no-plots", ...set);
  const path = join(dir, "diagnostics.jsonl");
  return { status, stdout, stderr, findings: existsSync(path) ? parseFindings(readFileSync(path, "utf8")) : [] };
}

/** The same, for a run that must end well. */
function train(dir: string, ...settings: string[]): Outcome {
  const outcome = attempt(dir, ...settings);
  assert.equal(outcome.status, 0, outcome.stderr);
  return outcome;
}

const namesAndSteps = (findings: readonly Finding[]): unknown[] => findings.map(({ name, step }) => [name, step]);

test("kp 1000 on the shipped checkpoint is named an oscillation, in the log, in the file and at the end", () => {
  const { stdout, findings } = train(join(folder, "kp"), "grpo.steps=24", "grpo.prompts=4", "entropy.kp=1000", "entropy.target=0.44");
  const oscillation = findings.find(({ name }) => name === "oscillation");
  assert.ok(oscillation, stdout);
  assert.ok(stdout.includes(`warning: oscillation at step ${oscillation.step}: ${oscillation.message}; ${oscillation.advice}\n`), stdout);
  assert.ok(
    stdout.includes(`  warning: oscillation (step ${oscillation.step}): ${oscillation.message}\n    -> ${oscillation.advice}\n`),
    stdout,
  );
  assert.match(oscillation.advice, /1000 -> 100/);
});

const DEAD = ["grpo.steps=24", "grpo.prompts=2", "grpo.learningRate=0.00001", "entropy.kp=1000", "entropy.target=0.1"];

test("tau 1 leaves alpha without a lever: a dead gate after ten steps, saturation after twenty; resuming repeats neither", () => {
  const [whole, broken] = [join(folder, "dead"), join(folder, "dead-resumed")];
  const { findings } = train(whole, ...DEAD, "entropy.gate=probability", "entropy.tau=1");
  assert.deepEqual(namesAndSteps(findings), [
    ["dead-lever-gate", 10],
    ["saturation", 20],
  ]);
  // As if the run had died after its 22nd step: the checkpoint of step 12 knows of the first finding alone.
  cpSync(whole, broken, { recursive: true });
  rmSync(join(broken, "checkpoints/step-000024"), { recursive: true });
  const lines = readFileSync(join(broken, "metrics.jsonl"), "utf8").split("\n");
  writeFileSync(join(broken, "metrics.jsonl"), `${lines.slice(0, 22).join("\n")}\n`);
  outputOf("resume", broken, "--no-plots");
  assert.equal(readFileSync(join(broken, "diagnostics.jsonl"), "utf8"), readFileSync(join(whole, "diagnostics.jsonl"), "utf8"));
});

test("a loss that pays for certainty, uncontrolled at a large learning rate, is named a collapse", () => {
  const loss = ["entropy.controller=none", "grpo.learningRate=0.002", "grpo.entropyCoef=-0.2"];
  const { stdout, findings } = train(join(folder, "collapse"), "grpo.steps=24", "grpo.prompts=4", ...loss);
  const collapse = findings.find(({ name }) => name === "collapse");
  assert.equal(collapse?.severity, "error", stdout);
  assert.match(stdout, /error: collapse at step \d+: entropy has fallen from 0\.\d+ to 0\.\d+ nats per token/);
});

test("gradients that overflow are named at the first step, as an error when it stays so, and stop the run with its checkpoint", async () => {
  const [model, dir] = [join(folder, "overflowing"), join(folder, "broken")];
  await copyOverflowingModel(join(ROOT, "models/checkpoints/countdown-base"), model);
  const { status, stdout, stderr, findings } = attempt(dir, "grpo.steps=7", "grpo.prompts=2", `model=${model}`);
  assert.equal(status, 1, stderr);
  const told = findings.filter(({ name }) => name === "non-finite");
  assert.deepEqual(
    told.map(({ severity }) => severity),
    ["warning", "error"],
    stdout,
  );
  assert.match(told[0]!.message, /grad_norm.* not finite \(1 of the last \d steps\); the step changed no parameter/);
  assert.match(
    stderr,
    /^error: 5 steps in a row were left out .*: step 5: optim\/gradient_norm_partial .* wrote .*; last good checkpoint: .*step-000005; lower /m,
  );
  const weights = (at: string) => readSafetensors(join(at, "model.safetensors"));
  assert.deepEqual(await weights(join(dir, "checkpoints/step-000005")), await weights(model), "a skipped step changed the weights");
});

test("a healthy run says nothing and leaves no file", () => {
  const dir = join(folder, "healthy");
  const { stdout } = train(dir, "grpo.steps=24", "grpo.prompts=8", "entropy.target=0.44");
  assert.equal(existsSync(join(dir, "diagnostics.jsonl")), false, stdout);
  assert.doesNotMatch(stdout, /diagnostics|^ *(info|warning|error): /m);
});
