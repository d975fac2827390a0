import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { requireScores } from "../../src/cli/nothing_scored.ts";
import { entropic } from "../cli_command.ts";

const folder = mkdtempSync(join(tmpdir(), "entropic-unscored-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("a run whose reward fails on every call ends with exit code 1 and the first reason, with its checkpoint and evaluation kept", () => {
  const [data, module, dir] = [join(folder, "rows.jsonl"), join(folder, "throws.mjs"), join(folder, "run")];
  writeFileSync(data, ["123=006:", "234=009:"].map((prompt) => `${JSON.stringify({ prompt })}\n`).join(""));
  writeFileSync(module, 'export default () => { throw new Error("no judge here"); };');
  const set = [
    `task={ data: ${JSON.stringify(data)}, heldOut: 1, rewards: [${JSON.stringify(module)}], stop: ["$"] }`,
    ...["model=countdown-base", `output.dir=${dir}`, "seed=0", "entropy.controller=none"],
    ...["grpo.steps=2", "grpo.prompts=1", "grpo.completions=2", "grpo.maxNewTokens=2", "eval.prompts=1", "eval.completions=1"],
  ];
  const config = join(folder, "config.yaml");
  writeFileSync(config, "{}\n");
  const words = ["train", config, "--no-plots", ...set.flatMap((one) => ["--set", one])];
  const { status, stdout, stderr } = entropic(...words);
  assert.equal(status, 1, stderr);
  assert.match(stderr, /^error: nothing was scored in 2 steps, so nothing was learned; the first reason: .*throws\.mjs.*no judge here.*$/m);
  assert.equal(stderr.match(/^error: /gm)?.length, 1, stderr);
  assert.match(stdout, /after 2 steps/);
  assert.ok(existsSync(join(dir, "checkpoints/step-000002")) && existsSync(join(dir, "evaluation.json")));
});

test("an evaluation whose reward fails on every call is printed, and ends with exit code 1 and the first reason", () => {
  const [data, module] = [join(folder, "rows.jsonl"), join(folder, "throws.mjs")];
  const task = `{ data: ${JSON.stringify(data)}, heldOut: 1, rewards: [${JSON.stringify(module)}], stop: ["$"] }`;
  const words = ["eval", "--model", "countdown-base", "--task", task, "--completions", "1", "--max-new-tokens", "2"];
  const { status, stdout, stderr } = entropic(...words);
  assert.equal(status, 1, stderr);
  assert.match(
    stderr,
    /^error: nothing was scored, so every completion counts as wrong; the first reason: .*throws\.mjs.*no judge here.*$/m,
  );
  assert.match(stdout, /pass@1/);
});

test("a run with a score in any of its steps, and one without a step, is no failure; null for every completion is", async () => {
  const check = (...shares: number[]): Promise<void> => {
    const steps = shares.map((share, i) => `${JSON.stringify({ step: i + 1, frac_unscored: share })}\n`);
    writeFileSync(join(folder, "metrics.jsonl"), ['{"step":0,"eval/pass@1":0}\n', ...steps].join(""));
    return requireScores(folder, undefined);
  };
  await check();
  await check(1, 0.5, 1);
  const message = "nothing was scored in 1 step, so nothing was learned; the rewards gave null for every completion";
  await assert.rejects(check(1), { name: "FailedError", message });
});
