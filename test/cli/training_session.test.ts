import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openSession, record } from "../../src/cli/training_session.ts";
import { promptText } from "../../src/data/prompt.ts";
import { createModel, saveModel } from "../../src/node/load_model.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { parseTrainConfig, type TrainConfig } from "../../src/rl/config/index.ts";
import type { RolloutEntry } from "../../src/rl/sampling/rollout.ts";
import { byteLevelTokenizer } from "../data/tiny_tokenizers.ts";

const folder = mkdtempSync(join(tmpdir(), "entropic-session-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const configOf = (more: object): TrainConfig => parseTrainConfig({ model: "m", task: { name: "addition" }, ...more });

test("a session has the adapters, the template variables and the held-out split of its configuration", async () => {
  const dir = join(folder, "model");
  const template = "{{ messages[0].content }}{% if enable_thinking is defined and not enable_thinking %}!{% endif %}";
  const tokenizer = byteLevelTokenizer({ config: { chat_template: template, eos_token: "z" } });
  const small = { model_type: "llama", hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 24 };
  const device = await openDevice();
  const config = { ...small, vocab_size: tokenizer.vocabSize, max_position_embeddings: 32, tie_word_embeddings: true };
  await saveModel(dir, await createModel(device, { config, tokenizer, seed: 1 }));
  device.destroy();
  const data = join(folder, "data");
  mkdirSync(data);
  writeFileSync(join(data, "train.jsonl"), '{"prompt":"a"}\n{"prompt":"b"}\n');
  writeFileSync(join(data, "test.jsonl"), '{"prompt":"c"}\n{"prompt":"d"}\n{"prompt":"e"}\n');
  const variables = { enable_thinking: false };
  const session = await openSession(
    configOf({
      model: dir,
      task: { data, evalSplit: "test", rewards: ["repetition"], chat: true, templateVariables: variables },
      lora: { rank: 4, rslora: true, exclude: ["q_proj"] },
      grpo: { steps: 1, prompts: 2, completions: 2, maxNewTokens: 2 },
      eval: { prompts: 3, completions: 2 },
    }),
    {},
  );
  const { rank, rslora, exclude } = session.model.adapter!.options;
  assert.deepEqual([rank, rslora, exclude], [4, true, ["q_proj"]]);
  assert.equal(promptText(session.model.tokenizer, [{ role: "user", content: "c" }]), "c!");
  assert.equal(session.heldOut, 3);
  const { entries } = await session.trainer.evaluate();
  assert.deepEqual([...new Set(entries.map(({ prompt }) => prompt))], ["c!", "d!", "e!"]);
  for (const part of [session.trainer, session.model, session.device]) part.destroy();
});

test("samples.jsonl has eight completions of the first step and of every tenth, with what they earned", async () => {
  const dir = join(folder, "run");
  mkdirSync(dir);
  const count = 12;
  const entryOf = (i: number): RolloutEntry => {
    const completion = { ids: [1], logprobs: new Float32Array(1), entropies: new Float32Array(1), finishReason: "length" } as const;
    return { problem: { prompt: "p" }, prompt: `p${i}`, promptIds: [1], completion, text: `t${i}` };
  };
  const numbers = Array.from({ length: count }, (_, i) => i);
  const result = { entries: numbers.map(entryOf), rewards: numbers.map((i) => (i === 1 ? null : i)), advantages: numbers.map((i) => -i) };
  for (let step = 1; step <= 21; step += 1) await record(dir, result, { step, reward: step });
  const linesOf = (name: string): Record<string, unknown>[] =>
    readFileSync(join(dir, name), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  const samples = linesOf("samples.jsonl");
  assert.deepEqual(
    samples.map(({ step, prompt }) => [step, prompt]),
    [1, 10, 20].flatMap((step) => numbers.slice(0, 8).map((i) => [step, `p${i}`])),
  );
  assert.deepEqual(samples[1], { step: 1, prompt: "p1", completion: "t1", reward: null, advantage: -1, finishReason: "length" });
  assert.deepEqual(samples[7], { step: 1, prompt: "p7", completion: "t7", reward: 7, advantage: -7, finishReason: "length" });
  assert.deepEqual(
    linesOf("metrics.jsonl").map(({ step }) => step),
    Array.from({ length: 21 }, (_, i) => i + 1),
  );
});
