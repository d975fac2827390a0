import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parse } from "yaml";
import { entropic, refusal } from "../cli_command.ts";

const folder = mkdtempSync(join(tmpdir(), "entropic-rows-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const long = { question: "1+1", answer: "2".repeat(40) };
const rows = [...Array.from({ length: 20 }, (_, i) => ({ question: `${i}+1`, answer: i + 1 })), long];
writeFileSync(join(folder, "rows.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
const config = join(folder, "rows.yaml");
writeFileSync(
  config,
  `model: { model_type: llama, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 24, max_position_embeddings: 24, eos_token_id: 2 }
task: { data: rows.jsonl, prompt: "{question}=", completion: answer, heldOut: 4 }
sft: { steps: 2, batch: 4, evalEvery: 1 }
eval: { prompts: 2, completions: 2 }
output: { dir: ${JSON.stringify(join(folder, "run"))} }
`,
);

test("sft learns rows beside its configuration, and tells the loss of those that are held out and how many are too long", () => {
  const { status, stdout, stderr } = entropic("sft", config);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^note: examples longer than 24 tokens are left out: 1$/m);
  assert.equal(stdout.match(/^step [12]\/2 {3}loss \d+\.\d{4} {3}held-out loss \d+\.\d{4} {3}at most \d+ s left$/gm)?.length, 2, stdout);
  const metrics = readFileSync(join(folder, "run/metrics.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.ok(metrics.every((step) => step["eval/loss"] > 0 && step["eval/pass@1"] === undefined));
  const kept = parse(readFileSync(join(folder, "run/config.yaml"), "utf8"));
  assert.equal(kept.task.data, join(folder, "rows.jsonl"), "the run can be begun anew from anywhere");
  const at = join(folder, "run/checkpoints/step-000002");
  const { model } = JSON.parse(readFileSync(join(at, "tokenizer.json"), "utf8"));
  assert.deepEqual(Object.keys(model.vocab).sort(), [..."\u0003+0123456789="], "one token a character, and one that ends a completion");
  assert.equal(
    JSON.parse(readFileSync(join(at, "config.json"), "utf8")).eos_token_id,
    undefined,
    "a token of the rows would end completions",
  );
  assert.equal(JSON.parse(readFileSync(join(at, "generation_config.json"), "utf8")).eos_token_id, model.vocab["\u0003"]);
});

test("rows that nothing scores are told of, and end with exit code 1; without held-out rows the loss is told alone", async () => {
  writeFileSync(join(folder, "fails.mjs"), "export function reward() { throw new Error('out of order'); }\n");
  const run = (...overrides: string[]) =>
    entropic("sft", config, "--overwrite", ...["sft.steps=1", ...overrides].flatMap((override) => ["--set", override]));
  const failed = run("task.rewards=[./fails.mjs]");
  assert.equal(failed.status, 1, failed.stdout);
  assert.match(failed.stdout, /^warning: .*out of order.* completions have no score of it\.$/m);
  assert.match(failed.stderr, /^error: nothing was scored, so every completion counts as wrong; the first reason: .*out of order/m);
  const alone = run("task.heldOut=0");
  assert.equal(alone.status, 0, alone.stderr);
  assert.match(alone.stdout, /^step 1\/1 {3}loss \d+\.\d{4} {3}at most 0 s left$/m);
});

test("what sft cannot learn is refused in one line with exit code 2", async () => {
  const elsewhere = ["--set", `output.dir=${join(folder, "other")}`];
  const refused = async (pattern: RegExp, ...overrides: readonly string[]): Promise<void> => {
    const { status, errors } = await refusal("sft", config, ...elsewhere, ...overrides.flatMap((override) => ["--set", override]));
    assert.deepEqual([status, errors.length], [2, 1], `${errors}`);
    assert.match(errors[0]!, pattern);
  };
  await refused(/rows\.jsonl row 1 has no column "anser", which task\.completion names; did you mean answer\?/, "task.completion=anser");
  await refused(/rows\.jsonl row 1 has nothing to learn: task\.completion must say/, "task.completion=null");
  await refused(/lora is for a model that is loaded/, "lora={}");
  await refused(/no example has at most 3 tokens, the shortest has \d; raise sft\.maxLength/, "sft.maxLength=3");
  await refused(/model\.model_type is missing/, "model={ hidden_size: 3 }");
  await refused(/the prompts of task\.data are chats, and a new model has no chat template/, "task.chat=true");
});
