import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { saveModel } from "../../src/node/load_model.ts";
import { refusal } from "../cli_command.ts";
import { sharedDevice } from "../shared_device.ts";
import { smallModel } from "../small_policy.ts";

const folder = mkdtempSync(join(tmpdir(), "entropic-unusable-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const model = join(folder, "model");
const small = await smallModel(await sharedDevice());
await saveModel(model, small);
small.destroy();
const rows = ["1+1=", "2+2=", "3".repeat(12), "4+4="].map((prompt) => ({ prompt }));
const data = join(folder, "rows.jsonl");
writeFileSync(data, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
const run = join(folder, "run");
mkdirSync(join(run, "checkpoints/step-000001"), { recursive: true });
writeFileSync(join(run, "config.yaml"), "grpo: { steps: 1 }\n");
const config = join(folder, "train.yaml");
writeFileSync(
  config,
  `model: ${JSON.stringify(model)}
task: { data: ${JSON.stringify(data)}, rewards: [repetition], heldOut: 1 }
grpo: { steps: 1, prompts: 2, completions: 2, maxNewTokens: 4 }
eval: { prompts: 1, completions: 2 }
output: { dir: ${JSON.stringify(run)} }
`,
);

async function refused(words: readonly string[], pattern: RegExp): Promise<void> {
  const { status, errors } = await refusal(...words);
  assert.deepEqual([status, errors.length], [2, 1], errors.join());
  assert.match(errors[0]!, pattern);
  assert.ok(existsSync(join(run, "checkpoints/step-000001")), "the run that is there stays");
}

test("train without held-out problems is refused before the run that it would replace is touched", async () => {
  await refused(
    ["train", config, "--overwrite", "--set", "task.heldOut=0"],
    /the task holds out no problems to evaluate on; give task\.heldOut a value above 0$/,
  );
});

test("a prompt that leaves too little room is named by its row, with the remedy", async () => {
  const long =
    /rows\.jsonl row 3: its prompt has 12 tokens, and with grpo\.maxNewTokens 5 that is more than the model's context of 16; lower grpo\.maxNewTokens to 4, or leave the row out$/;
  await refused(["train", config, "--overwrite", "--set", "grpo.maxNewTokens=5"], long);
  writeFileSync(data, `${JSON.stringify({ prompt: "3".repeat(16) })}\n`, { flag: "a" });
  await refused(["train", config, "--overwrite"], /rows\.jsonl row 5: its prompt has 16 tokens, .* context of 16; leave the row out$/);
  writeFileSync(data, ["3", "4"].map((digit) => `${JSON.stringify({ prompt: digit.repeat(12) })}\n`).join(""));
  const task = `{ data: ${JSON.stringify(data)}, rewards: [repetition], heldOut: 1 }`;
  const evaluate = (...more: string[]) => ["eval", "--model", model, "--task", task, "--completions", "2", ...more];
  await refused(evaluate("--max-new-tokens", "9"), /row [12]: its prompt has 12 tokens, and with --max-new-tokens 9 that is more/);
});
