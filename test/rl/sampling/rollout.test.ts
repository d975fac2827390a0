import assert from "node:assert/strict";
import { test } from "node:test";
import { createModel } from "../../../src/node/load_model.ts";
import { openDevice } from "../../../src/node/open_device.ts";
import { GRPOTrainer } from "../../../src/rl/grpo_trainer.ts";
import { rollout } from "../../../src/rl/sampling/rollout.ts";
import { FULL_DISTRIBUTION, longestPrompt, samplerFor } from "../../../src/rl/sampling/sampler_for.ts";
import { rewardInput } from "../../../src/rl/scoring/rewards.ts";
import type { Problem } from "../../../src/tasks/task.ts";
import { byteLevelTokenizer } from "../../data/tiny_tokenizers.ts";

const device = await openDevice();

const tokenizer = byteLevelTokenizer({
  merges: [
    ["a", "b"],
    ["ab", "c"],
  ],
  added: ["<s>", "</s>", "<eot>"].map((content) => ({ content, special: true })),
  config: {
    bos_token: "<s>",
    eos_token: "</s>",
    chat_template:
      "{{ bos_token }}{% for m in messages %}{{ m.role }}:{{ m.content }}<eot>{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}",
  },
});

/** A model with more ids than its tokenizer, so far from uniform that it repeats itself. */
const model = await createModel(device, {
  config: {
    model_type: "llama",
    vocab_size: tokenizer.vocabSize + 40,
    hidden_size: 16,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    intermediate_size: 16,
    max_position_embeddings: 128,
    tie_word_embeddings: true,
    eos_token_id: 10,
  },
  generation: { eos_token_id: [260, 11] },
  tokenizer,
  seed: 3,
});

const chat: Problem = { prompt: [{ role: "user", content: "abc" }], answer: "b", messages: "a column of this name gives way" };
const problems: readonly Problem[] = [chat, { prompt: "ab", answer: "c" }];
const shared = { device, model, completions: 16, maxNewTokens: 48, longestPrompt: longestPrompt(model, problems) };

async function sample(stop: readonly string[], maxNewTokens = shared.maxNewTokens) {
  const sampler = await samplerFor({ ...shared, maxNewTokens, stop, sampling: { temperature: 1, ...FULL_DISTRIBUTION } });
  const entries = await rollout({ sampler, tokenizer, problems, completions: 8, seed: 1, keys: { first: 0, block: 0 } });
  sampler.destroy();
  return entries;
}

test("prompts are written once, and sampled ids are never encoded again", async () => {
  const entries = await sample([]);
  assert.equal(entries[0]!.prompt, "<s>user:abc<eot>assistant:");
  assert.deepEqual(entries[0]!.promptIds, tokenizer.encode(entries[0]!.prompt, { specialTokens: false }));
  assert.deepEqual([entries[8]!.prompt, entries[8]!.promptIds], ["ab", tokenizer.encode("ab")]);
  for (const { completion, text } of entries) assert.equal(text, tokenizer.decode(completion.ids, { specialTokens: true }));
  const changed = entries.filter(
    ({ text, completion }) => String(tokenizer.encode(text, { specialTokens: false })) !== String(completion.ids),
  );
  assert.ok(changed.length > 0, "in these samples another encoding would show");
  const { prompts, columns, completionIds } = rewardInput(entries, 0);
  assert.equal(prompts[0], entries[0]!.prompt);
  assert.deepEqual([columns.messages![0], columns.messages![8]], [chat.prompt, undefined]);
  assert.deepEqual(columns.answer!.slice(7, 9), ["b", "c"]);
  assert.deepEqual(
    completionIds,
    entries.map(({ completion }) => completion.ids),
  );
});

test("completions end at every end token of the model, which stays; ids without a token are never sampled", async () => {
  const entries = await sample([], 96 - shared.longestPrompt);
  const ends = new Set([10, 11, 259, 260]);
  for (const { completion } of entries) {
    const end = completion.ids.findIndex((id) => ends.has(id));
    assert.equal(completion.finishReason, end >= 0 ? "stop" : "length");
    assert.ok(end < 0 || end === completion.ids.length - 1, "nothing follows an end token");
    assert.equal(completion.logprobs.length, completion.ids.length);
    assert.ok(
      completion.ids.every((id) => tokenizer.token(id) !== undefined),
      String(completion.ids),
    );
  }
  assert.ok(entries.some(({ completion }) => completion.finishReason === "stop"));
});

test("a stop text ends a completion with the token that completes it", async () => {
  const free = await sample([]);
  // Texts that these very completions hold, across tokens.
  const stop = free
    .map(({ completion }) => tokenizer.decode(completion.ids.slice(20, 22)))
    .filter((text) => /^[ -~]{2,}$/.test(text))
    .slice(0, 3);
  assert.ok(stop.length > 0, "no completion holds a plain text");
  const entries = await sample(stop);
  for (const [i, { completion, text }] of entries.entries()) {
    const whole = free[i]!;
    assert.deepEqual(completion.ids, whole.completion.ids.slice(0, completion.ids.length), "the tokens are those of the free completion");
    const before = tokenizer.decode(completion.ids.slice(0, -1), { specialTokens: true });
    const stopped = stop.some((one) => text.includes(one));
    assert.equal(
      stopped,
      stop.some((one) => whole.text.includes(one)),
    );
    assert.ok(!stop.some((one) => before.includes(one)), `${JSON.stringify(before)} holds a stop text`);
    assert.equal(completion.finishReason, stopped ? "stop" : whole.completion.finishReason);
  }
  assert.ok(entries.some(({ text }) => stop.some((one) => text.includes(one))));
});

test("a chat is trained on, and a stop text of several tokens", async () => {
  const trainer = new GRPOTrainer({
    device,
    model,
    problems,
    stop: ["ab:", "\n\n"],
    rewards: [({ completions }) => completions.map((text) => text.length / 100)],
    config: { steps: 1, prompts: 2, completions: 4, maxNewTokens: 8, maskTruncated: true },
  });
  const { metrics, entries } = await trainer.step();
  assert.equal(entries.length, 8);
  assert.ok(Number.isFinite(metrics.loss ?? 0) && metrics.step === 1);
  await trainer.destroy();
});
