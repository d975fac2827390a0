import assert from "node:assert/strict";
import { type SpawnSyncReturns, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readSafetensors, writeSafetensors } from "../../src/io/safetensors.ts";
import { CLI, entropic, refusal } from "../cli_command.ts";
import { scaleTensors } from "../overflowing_model.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MODEL = join(ROOT, "models/checkpoints/countdown-base");
const folder = mkdtempSync(join(tmpdir(), "entropic-train-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A run of a few small steps: overrides of the quickstart. */
function small(dir: string, ...more: string[]): string[] {
  const set = [
    `output.dir=${dir}`,
    `model=${MODEL}`,
    "grpo.steps=4",
    "grpo.prompts=4",
    "grpo.completions=4",
    "eval.every=0",
    "eval.prompts=4",
    "eval.completions=2",
    "output.checkpointEvery=2",
    ...more,
  ];
  return ["train", join(ROOT, "configs/quickstart.yaml"), "--no-plots", ...set.flatMap((key) => ["--set", key])];
}

const TIMES = /"(step_time|sampling\/tokens_per_second|training\/tokens_per_second)":[^,}]+,?/g;
const metricsOf = (dir: string): string => readFileSync(join(dir, "metrics.jsonl"), "utf8").replaceAll(TIMES, "");

test("train, then resume from its middle: the same metrics and parameters as without a break", async () => {
  const [whole, broken] = [join(folder, "whole"), join(folder, "broken")];
  const first = entropic(...small(whole));
  assert.equal(first.status, 0, first.stderr);
  assert.match(first.stdout, /before.*\n.*after 4 steps of GRPO \+ EntroPIC/);
  const { logs } = JSON.parse(readFileSync(join(whole, "checkpoints/step-000004/state.json"), "utf8"));
  assert.equal(logs["metrics.jsonl"].bytes, statSync(join(whole, "metrics.jsonl")).size);
  // As if the run had died in its last step: one checkpoint that was not written whole, one line too many, and one cut short.
  cpSync(whole, broken, { recursive: true });
  truncateSync(join(broken, "checkpoints/step-000004/model.safetensors"), 100_000);
  mkdirSync(join(broken, "checkpoints/.step-000006.partial-1"));
  const lines = readFileSync(join(broken, "metrics.jsonl"), "utf8").split("\n");
  writeFileSync(join(broken, "metrics.jsonl"), `${lines.slice(0, 4).join("\n")}\n${lines[4]!.slice(0, 50)}`);
  const second = entropic("resume", broken, "--no-plots");
  assert.equal(second.status, 0, second.stderr);
  assert.match(
    second.stderr,
    /^note: step-000004 cannot be resumed from: .*model\.safetensors is damaged.*\nnote: going on from step-000002$/m,
  );
  assert.match(second.stderr, /^note: .*metrics\.jsonl: dropped 1 line and 1 torn line after step 2/m);
  assert.deepEqual(readdirSync(join(broken, "checkpoints")), ["step-000002", "step-000004"]);
  assert.equal(metricsOf(broken), metricsOf(whole));
  const parameters = (dir: string) => readSafetensors(join(dir, "checkpoints/step-000004/model.safetensors"));
  assert.deepEqual(await parameters(broken), await parameters(whole));
});

test("where no checkpoint is whole, resume says so in one line and writes nothing", () => {
  const dir = join(folder, "lost");
  cpSync(join(folder, "whole"), dir, { recursive: true });
  for (const step of ["step-000002", "step-000004"]) {
    const path = join(dir, "checkpoints", step, "state.json");
    writeFileSync(path, readFileSync(path, "utf8").replace(/"step": \d+/, '"step": -5'));
  }
  mkdirSync(join(dir, "checkpoints/.step-000006.partial-1"));
  const { status, stderr } = entropic("resume", dir, "--no-plots");
  assert.equal(status, 2, stderr);
  assert.match(
    stderr,
    /^error: .*lost: step-000004 cannot be resumed from: .*state\.json is damaged.*\(and 1 older one .*start again with: .*\n$/,
  );
  assert.equal(metricsOf(dir), metricsOf(join(folder, "whole")));
  assert.equal(readdirSync(join(dir, "checkpoints")).length, 3, "nothing is swept either");
});

test("the shipped run stands beside runs that were evaluated as it was, and beside no other", () => {
  const shipped = /plain GRPO, 60 steps/;
  const few = ["grpo.steps=1", "grpo.prompts=1", "eval.completions=8", "model=models/checkpoints/countdown-base"];
  for (const [name, prompts, isShown] of [
    ["like", 128, true],
    ["unlike", 4, false],
  ] as const) {
    const { status, stdout, stderr } = entropic(...small(join(folder, name), ...few, `eval.prompts=${prompts}`));
    assert.equal(status, 0, stderr);
    assert.equal(shipped.test(stdout), isShown, stdout);
  }
});

test("a folder that holds a run is not overwritten unasked", () => {
  const dir = join(folder, "whole");
  const before = metricsOf(dir);
  const refused = entropic(...small(dir));
  assert.notEqual(refused.status, 0);
  assert.match(refused.stderr, /^error: .*whole already holds a run; .*--overwrite/m);
  assert.equal(metricsOf(dir), before);
});

test("Ctrl-C finishes the step, saves, and exits with 130", async () => {
  const dir = join(folder, "interrupted");
  const child = spawn(process.execPath, [...CLI, ...small(dir, "grpo.steps=2000", "output.checkpointEvery=0")], { cwd: ROOT });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const before = output;
    output += chunk.toString();
    if (!before.includes("step 2/2000") && output.includes("step 2/2000")) child.kill("SIGINT");
  });
  const code = await new Promise((resolve) => child.on("exit", resolve));
  assert.equal(code, 130, output);
  const steps = readFileSync(join(dir, "metrics.jsonl"), "utf8").trim().split("\n").length - 1; // the first is of step 0
  const { step } = JSON.parse(readFileSync(join(dir, `checkpoints/step-${String(steps).padStart(6, "0")}/state.json`), "utf8"));
  assert.equal(step, steps);
});

test("broken checkpoints are refused in one line that names what is wrong", async () => {
  const broken = join(folder, "model");
  cpSync(MODEL, broken, { recursive: true });
  const run = (): SpawnSyncReturns<string> => entropic(...small(join(folder, "never"), `model=${broken}`));
  const expectLine = (pattern: RegExp): void => {
    const { status, stderr } = run();
    const errors = stderr.split("\n").filter((line) => line.startsWith("error: "));
    assert.ok(status === 1 || status === 2, stderr);
    assert.equal(errors.length, 1, stderr);
    assert.match(errors[0]!, pattern);
  };
  const path = join(broken, "model.safetensors");
  const tensors = await readSafetensors(path);
  const without = new Map([...tensors].filter(([name]) => name !== "model.norm.weight"));
  await writeSafetensors(path, without);
  expectLine(/lacks tensor model\.norm\.weight \[64\]/);
  await writeSafetensors(path, new Map([...without, ["model.norm.weight", { dtype: "F32", shape: [63], data: new Float32Array(63) }]]));
  expectLine(/model\.norm\.weight is \[63\]; this model needs \[64\]/);
  truncateSync(path, 1000);
  expectLine(/model\.safetensors/);
  rmSync(path);
  expectLine(/model\.safetensors/);
});

test("impossible settings exit with 2 before anything is written", async () => {
  const cases: [string, RegExp][] = [
    ["grpo.clipLow=1.5", /grpo\.clipLow is 1\.5/],
    ["entropy.target=5", /entropy\.target is 5; .*ln 16/],
    ["grpo.stepz=3", /grpo\.stepz .*did you mean steps/],
    ["grpo.maxNewTokens=40", /grpo\.maxNewTokens is 40/],
    ["task={ name: countdwn }", /countdown/],
  ];
  for (const [setting, pattern] of cases) {
    const { status, stderr } = await refusal(...small(join(folder, "none"), setting));
    assert.equal(status, 2, `${setting}: ${stderr}`);
    assert.match(stderr, pattern);
  }
});

test("generate continues a prompt, as text and as JSON, and refuses one that is too long", () => {
  const words = ["generate", "--model", MODEL, "--stop", "$", "--temperature", "0", "--max-tokens", "8"];
  const { status, stdout, stderr } = entropic(...words, "--prompt", "375=022:", "--json");
  assert.equal(status, 0, stderr);
  const [completion] = JSON.parse(stdout).completions;
  assert.equal(completion.prompt, "375=022:");
  assert.equal(completion.tokens.length, completion.logprobs.length);
  assert.match(completion.text, /^[0-9+*\-$]+$/);
  const long = entropic(...words, "--prompt", "1".repeat(40));
  assert.equal(long.status, 2);
  assert.match(long.stderr, /a prompt of 40 tokens does not fit this model's context of 32/);
});

test("a model whose weights are so large that norms overflow to 0 is said to know nothing", async () => {
  const large = join(folder, "large");
  cpSync(MODEL, large, { recursive: true });
  const names = [...(await readSafetensors(join(large, "model.safetensors"))).keys()];
  await scaleTensors(large, Object.fromEntries(names.map((name) => [name, 1e20])));
  for (const [model, pattern] of [
    [large, /^note: every token is equally probable \(entropy 2\.773 is ln 16\): .*weights are too large to compute with$/m],
    [MODEL, /^(?!.*equally probable)/s],
  ] as const) {
    const { status, stderr } = entropic("generate", "--model", model, "--prompt", "375=022:");
    assert.equal(status, 0, stderr);
    assert.match(stderr, pattern);
  }
});
