import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parse } from "yaml";
import { entropic, refusal } from "../cli_command.ts";

const folder = mkdtempSync(join(tmpdir(), "entropic-resume-sft-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const rows = Array.from({ length: 20 }, (_, i) => ({ question: `${i}+1`, answer: i + 1 }));
writeFileSync(join(folder, "rows.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
const config = join(folder, "rows.yaml");
writeFileSync(
  config,
  `model: { model_type: llama, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 24, max_position_embeddings: 24 }
task: { data: rows.jsonl, prompt: "{question}=", completion: answer, heldOut: 4 }
sft: { steps: 4, batch: 4, evalEvery: 2 }
output: { dir: ${JSON.stringify(join(folder, "whole"))}, checkpointEvery: 2 }
`,
);
const whole = join(folder, "whole");
const begun = entropic("sft", config);

/** A run that ended after two of its four steps, with the lines of a third in its log. */
function stopped(name: string): string {
  const dir = join(folder, name);
  cpSync(whole, dir, { recursive: true });
  rmSync(join(dir, "checkpoints/step-000004"), { recursive: true });
  return dir;
}

const bytesOf = (dir: string, name: string): string => readFileSync(join(dir, name), "base64");

test("a warm start that was stopped goes on to the bits of one that was not, with the logs of one", () => {
  assert.equal(begun.status, 0, begun.stderr);
  const dir = stopped("stopped");
  const { status, stdout, stderr } = entropic("resume", dir);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^note: .*metrics\.jsonl: dropped 2 lines after step 2, which the run logs again$/m);
  assert.match(stdout, /^step 4\/4 .* at most 0 s left\ncheckpoint: .*step-000004$/m);
  const files = readdirSync(join(whole, "checkpoints/step-000004")).filter((name) => name !== "state.json");
  assert.ok(files.includes("optimizer.safetensors"));
  for (const name of ["metrics.jsonl", ...files.map((file) => join("checkpoints/step-000004", file))]) {
    assert.equal(bytesOf(dir, name), bytesOf(whole, name), name);
  }
});

test("a finished warm start says so, and goes on where more steps are asked for; config.yaml lists what changed", () => {
  const dir = join(folder, "longer");
  cpSync(whole, dir, { recursive: true });
  const finished = entropic("resume", dir);
  assert.equal(finished.status, 0, finished.stderr);
  assert.match(finished.stdout, /^note: all 4 steps are done; --set sft\.steps=N with a larger N goes on$/m);
  const longer = entropic("resume", dir, "--set", "sft.steps=6", "--set", "sft.learningRate=0.001");
  assert.equal(longer.status, 0, longer.stderr);
  assert.match(longer.stdout, /^step 6\/6 /m);
  const { changes, ...kept } = parse(readFileSync(join(dir, "config.yaml"), "utf8"));
  assert.deepEqual(changes, [
    { after: 4, option: "sft.steps", from: 4, to: 6 },
    { after: 4, option: "sft.learningRate", from: 0.002, to: 0.001 },
  ]);
  assert.equal(kept.sft.stopAtPassAt1, null, "which nothing measures");
  const anew = entropic("sft", join(dir, "config.yaml"), "--overwrite", "--set", "sft.steps=1");
  assert.equal(anew.status, 0, anew.stderr);
});

test("a resume that cannot be says why in one line, and changes nothing", async () => {
  const dir = stopped("refused");
  const refused = async (code: number, pattern: RegExp, ...words: readonly string[]): Promise<void> => {
    const { status, errors } = await refusal("resume", dir, ...words);
    assert.deepEqual([status, errors.length], [code, 1], `${errors}`);
    assert.match(errors[0]!, pattern);
  };
  const before = bytesOf(dir, "metrics.jsonl");
  await refused(2, /sft\.batch cannot become 8: this run began with 4, and a resume goes on with it/, "--set", "sft.batch=8");
  await refused(2, /sft\.steps is 1; it must be at least 2, the steps that this run has done/, "--set", "sft.steps=1");
  await refused(2, /model cannot become .*this run began with/, "--set", "model.hidden_size=32");
  assert.equal(bytesOf(dir, "metrics.jsonl"), before);
  writeFileSync(join(dir, "metrics.jsonl"), "damaged\n");
  await refused(2, /metrics\.jsonl .*; step-000002 of .* goes on from it: restore the file/);
  rmSync(join(dir, "metrics.jsonl"));
  await refused(2, /metrics\.jsonl is missing; step-000002 of .* goes on from it: restore the file/);
  writeFileSync(join(dir, "metrics.jsonl"), before, "base64");
  rmSync(join(dir, "checkpoints/step-000002/optimizer.safetensors"));
  await refused(2, /step-000002 cannot be resumed from: .*; start again with: .* sft .*config\.yaml --overwrite/);
  rmSync(join(dir, "checkpoints/step-000002"), { recursive: true });
  await refused(2, /holds no checkpoint to resume from; start again with: .* sft /);
  const again = await refusal("sft", config);
  assert.match(again.errors[0]!, /already holds a run; choose another output\.dir, pass --overwrite, or continue it with: .* resume /);
});
