// A reward of one's own: a model that starts from random weights learns to write rising letters, "aabcde.", from a function of its text alone.
import { characterTokenizer, createModel, GRPOTrainer, openDevice, type RewardInput } from "entropic-webgpu";

const alphabet = "abcdefgh>.";

/** A seventh for each letter that comes after a smaller one. A completion that never ends gets nothing. The function may be async. */
function rising({ completions }: RewardInput): number[] {
  return completions.map((text) => {
    const letters = [...text.replace(".", "")];
    const steps = letters.filter((letter, i) => i > 0 && letter > letters[i - 1]!).length;
    return text.endsWith(".") ? steps / 7 : 0;
  });
}

const device = await openDevice();
const model = await createModel(device, {
  tokenizer: characterTokenizer(alphabet),
  seed: 1,
  config: {
    model_type: "llama",
    vocab_size: alphabet.length,
    hidden_size: 32,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    intermediate_size: 64,
    max_position_embeddings: 16,
    tie_word_embeddings: true,
  },
});
const trainer = new GRPOTrainer({
  device,
  model,
  problems: [...alphabet.slice(0, 8)].map((first) => ({ prompt: `${first}>` })),
  stop: ".",
  rewards: [rising],
  entropy: { controller: "pi", target: 1.2 },
  config: { steps: 40, prompts: 8, completions: 16, maxNewTokens: 10, learningRate: 0.01, eval: { prompts: 8, completions: 4 } },
});
for await (const { step, reward, entropy } of trainer) {
  if (step % 10 === 0) console.log(`step ${step}: reward ${reward?.toFixed(3)}, entropy ${entropy?.toFixed(3)} nats`);
}
const { entries } = await trainer.evaluate();
console.log(
  `for instance ${entries
    .slice(0, 4)
    .map(({ text }) => text)
    .join(" ")}`,
);
await trainer.destroy();
