import { characterTokenizer } from "../src/data/tokenizer.ts";
import type { Device } from "../src/gpu/device.ts";
import { createModel } from "../src/node/load_model.ts";
import { type Metrics, withoutTimes } from "../src/report/metrics.ts";
import { parseTrainConfig, type TrainConfig } from "../src/rl/config/index.ts";
import type { PolicyModel } from "../src/rl/model.ts";
import { type NamedReward, taskReward } from "../src/rl/scoring/rewards.ts";
import { createTrainer, type StepResult, type Trainer, type TrainerOptions } from "../src/rl/trainer.ts";
import { createTask } from "../src/tasks/index.ts";

/** Sums of two digits, for policies that learn in milliseconds. */
export const task = createTask({ name: "addition", digits: 1 });

/** Options of a step that such a policy takes. */
export const shape = { steps: 4, prompts: 6, completions: 4, maxNewTokens: 3, learningRate: 0.003 };

/** A policy of one layer with random weights, far from uniform. */
export function smallModel(device: Device, { seed = 5, ...config }: { seed?: number; [key: string]: unknown } = {}): Promise<PolicyModel> {
  const tokenizer = characterTokenizer(task.alphabet);
  const small = {
    model_type: "llama",
    vocab_size: tokenizer.vocabSize,
    hidden_size: 24,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    intermediate_size: 40,
    max_position_embeddings: 16,
    tie_word_embeddings: true,
    initializer_range: 0.3,
  };
  return createModel(device, { config: { ...small, ...config }, tokenizer, seed });
}

/** The task's reward and one that every completion differs in, so that no group is without advantage. */
export const rewards: readonly NamedReward[] = [
  taskReward(task),
  { name: "first", reward: ({ completionIds }) => completionIds.map((ids) => (ids[0] ?? 0) / 10) },
];

export interface SmallRun extends Partial<Omit<TrainerOptions, "config">> {
  readonly grpo?: object | undefined;
  readonly entropy?: object | undefined;
}

/** The options of a small run. */
export function smallConfig({ grpo, entropy }: Pick<SmallRun, "grpo" | "entropy"> = {}): TrainConfig {
  return parseTrainConfig({
    model: "small",
    task: { name: "addition", digits: 1 },
    grpo: { ...shape, ...grpo },
    entropy: { target: 1.2, ...entropy },
    eval: { prompts: 4, completions: 2 },
  });
}

/** A trainer of a small model, and the model. */
export async function smallTrainer(
  device: Device,
  { grpo, entropy, model: given, ...more }: SmallRun = {},
): Promise<{ trainer: Trainer; model: PolicyModel }> {
  const model = given ?? (await smallModel(device));
  const config = smallConfig({ grpo, entropy });
  const subject = { trainProblems: task.problems("train"), evalProblems: task.problems("eval"), rewards, stop: [task.stop] };
  return { trainer: await createTrainer({ device, model, config, ...subject, ...more }), model };
}

/** The metrics of some steps. */
export async function run(take: () => Promise<StepResult>, steps: number): Promise<Metrics[]> {
  const metrics: Metrics[] = [];
  for (let i = 0; i < steps; i += 1) metrics.push((await take()).metrics);
  return metrics;
}

export const untimed = (metrics: readonly Metrics[]): Metrics[] => metrics.map(withoutTimes);
