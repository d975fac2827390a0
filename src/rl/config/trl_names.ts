import type { Hints } from "../../options/problems.ts";

/** What stands here for an option of TRL's GRPOConfig, or of the TrainingArguments that it extends. */
const OPTIONS: Readonly<Record<string, string>> = {
  num_generations: "grpo.completions",
  num_generations_eval: "eval.completions",
  max_completion_length: "grpo.maxNewTokens",
  max_new_tokens: "grpo.maxNewTokens",
  temperature: "grpo.temperature",
  top_p: "grpo.topP",
  top_k: "grpo.topK",
  learning_rate: "grpo.learningRate",
  max_steps: "grpo.steps",
  per_device_train_batch_size: "grpo.prompts times grpo.completions",
  generation_batch_size: "grpo.prompts times grpo.completions",
  per_device_eval_batch_size: "eval.prompts times eval.completions",
  gradient_accumulation_steps: "grpo.microBatchRows, the most tokens in one pass",
  num_iterations: "grpo.updatesPerRollout",
  steps_per_generation: "grpo.updatesPerRollout",
  epsilon: "grpo.clipLow",
  epsilon_high: "grpo.clipHigh",
  delta: "grpo.delta with grpo.loss two-sided",
  beta: "grpo.beta",
  replay_buffer_size: "grpo.replay",
  ref_model_sync_steps: "grpo.referenceReset",
  loss_type: "grpo.loss, with grpo.aggregate and grpo.advantage",
  importance_sampling_level: "grpo.loss: gspo where it is sequence",
  scale_rewards: "grpo.advantage: grpo divides by the group's deviation, batch by the batch's, dr-grpo does not",
  mask_truncated_completions: "grpo.maskTruncated",
  sapo_temperature_pos: "grpo.sapoPositive",
  sapo_temperature_neg: "grpo.sapoNegative",
  vllm_importance_sampling_correction: "grpo.tis",
  vllm_importance_sampling_cap: "grpo.tis",
  vllm_importance_sampling_mode: "grpo.tis (token_truncate), grpo.icepop (token_mask) or grpo.mis (sequence_mask)",
  top_entropy_quantile: "grpo.tokenShare",
  weight_decay: "grpo.weightDecay",
  max_grad_norm: "grpo.maxGradNorm",
  warmup_steps: "grpo.warmupSteps",
  lr_scheduler_type: "grpo.schedule: constant, linear or cosine, with grpo.warmupSteps and grpo.minLearningRate",
  warmup_ratio: "grpo.warmupSteps, which counts steps: the ratio times grpo.steps",
  eval_steps: "eval.every",
  save_steps: "output.checkpointEvery",
  output_dir: "output.dir",
  reward_funcs: "task.rewards, or rewards of GRPOTrainer",
  reward_weights: "weight of each of task.rewards, or of GRPOTrainer's rewards",
  train_dataset: "task.data, or problems of GRPOTrainer",
  eval_dataset: "task.evalData or task.evalSplit, or evalProblems of GRPOTrainer",
  dataset_name: "task.data",
  dataset_train_split: "task.split",
  dataset_test_split: "task.evalSplit",
  model_name_or_path: "model",
};

/** Options of TRL that nothing stands for here, with what to do instead. */
const WITHOUT_COUNTERPART: Readonly<Record<string, string>> = {
  num_train_epochs: "leave it out and set grpo.steps, because problems repeat in a new order once all were seen",
  max_prompt_length: "leave it out, because prompts are never cut",
  logging_steps: "leave it out, because every step is logged",
  adam_beta1: "leave it out, because AdamW's betas are fixed",
  adam_beta2: "leave it out, because AdamW's betas are fixed",
  adam_epsilon: "leave it out, because AdamW's epsilon is fixed",
  bf16: "leave it out; grpo.activations and grpo.weights take f16",
  fp16: "leave it out; grpo.activations and grpo.weights take f16",
  use_vllm: "leave it out, because the engine samples itself",
  repetition_penalty: "leave it out, because training samples without one",
  min_p: "leave it out; grpo.topP and grpo.topK limit what is sampled",
};

/** What stands here for a parameter of TRL's GRPOTrainer, in the options of the one here. */
const TRAINER_OPTIONS: Readonly<Record<string, string>> = {
  args: "config",
  reward_funcs: "rewards",
  reward_weights: "weight of each of rewards, given as { name, reward, weight }",
  train_dataset: "problems",
  eval_dataset: "evalProblems",
  ref_model: "reference",
  peft_config: "lora of loadModel",
  callbacks: "onStep, with onEvaluate",
};

const TRAINER_WITHOUT_COUNTERPART: Readonly<Record<string, string>> = {
  processing_class: "leave it out, because the model brings its tokenizer",
  tokenizer: "leave it out, because the model brings its tokenizer",
};

/** What stands here for a value of TRL's `loss_type`, or for what papers call a loss. */
const LOSSES: Readonly<Record<string, string>> = {
  ppo: "ppo-clip",
  grpo: "ppo-clip with grpo.aggregate sequence-mean",
  bnpo: "ppo-clip with grpo.aggregate token-mean",
  dapo: "ppo-clip with grpo.preset dapo",
  dr_grpo: "ppo-clip with grpo.advantage dr-grpo and grpo.aggregate constant",
};

/** Hints for those who come from TRL, whose names are written with underscores or in camel case. */
export const hints: Hints = {
  ofKey: (section, key) => {
    const here = meant(OPTIONS, key);
    if (here !== undefined && here !== (section === "" ? key : `${section}.${key}`)) return `what TRL calls ${snakeCase(key)} is ${here}`;
    const instead = meant(WITHOUT_COUNTERPART, key);
    return instead === undefined ? undefined : `TRL's ${snakeCase(key)} has no counterpart: ${instead}`;
  },
  ofValue: (path, value) => {
    const here = path === "grpo.loss" && typeof value === "string" ? meant(LOSSES, value) : undefined;
    return here === undefined ? undefined : `did you mean ${here}?`;
  },
};

/** The same for an option of GRPOTrainer, whose `config` holds the options of the sections grpo and eval. */
export function trainerHint(key: string): string | undefined {
  const here = meant(TRAINER_OPTIONS, key);
  if (here !== undefined) return `what TRL calls ${snakeCase(key)} is ${here}`;
  const instead = meant(TRAINER_WITHOUT_COUNTERPART, key);
  if (instead !== undefined) return `TRL's ${snakeCase(key)} has no counterpart: ${instead}`;
  return hints.ofKey?.("", key)?.replaceAll("grpo.", "config.").replaceAll("eval.", "config.eval.");
}

function meant(table: Readonly<Record<string, string>>, name: string): string | undefined {
  const key = snakeCase(name);
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function snakeCase(name: string): string {
  return name.length > 64 ? name : name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll("-", "_");
}
