import type { z } from "zod";
import { CONTROLLER_NAMES } from "../../control/index.ts";
import { WEIGHT_STORAGE } from "../../nn/half_weights.ts";
import { decimal, decimalOr, flag, list, oneOf, openSection, option, section, text, whole } from "../../options/schema.ts";
import { ACTIVATION_STORAGE } from "../../policy/activations.ts";
import { COVARIANCE_RULES, KL_ESTIMATES, POLICY_LOSSES, SURROGATE_DEFAULTS } from "../../policy/options.ts";
import { ADVANTAGE_NAMES, DEFAULT_K, DEFAULT_LAMBDA } from "../advantages/index.ts";
import { MOST_EXTRA_ROUNDS } from "../sampling/dynamic_sampling.ts";

const activations = option(
  oneOf(ACTIVATION_STORAGE),
  "f32",
  "How activations wait for the backward pass: f16 takes half the memory and rounds them to 11 bits; the loss is computed before.",
);

const weights = option(
  oneOf(WEIGHT_STORAGE),
  "f32",
  "How products read the weights: f16 reads copies rounded to 11 bits, half the bytes; the weights that are trained and saved stay f32.",
);

const model = text("the path of a checkpoint folder or the name of a preset").describe(
  "Where the policy comes from: a Hugging Face style folder or a preset's name.",
);

const modelConfig = openSection(
  { model_type: text("the name of an architecture, such as llama").describe("Architecture: gpt2, llama, qwen2 or qwen3.") },
  "a mapping in the style of Hugging Face's config.json, with model_type",
).describe("The model to build, with the keys of Hugging Face's config.json; its weights start random.");

const task = openSection(
  {
    name: text("the name of a task, such as countdown").describe(
      "Which task: countdown, addition, sort, maze, mixture, or one of your own.",
    ),
  },
  "a mapping with the key name and the task's own options, such as { name: countdown, numbers: 3, max: 9 }",
).describe("The task with a verifiable reward; keys beside `name` are the task's own options.");

const seed = option(whole({ min: 0, max: 0xffffffff }), 0, "Seed of everything random: prompts, sampling, initial weights.");

export const DEFAULT_MAX_NEW_TOKENS = 8;

const grpo = section({
  preset: option(
    oneOf(["dapo"], "no preset").nullable(),
    null,
    "dapo: clipHigh 0.28, aggregate token-mean, dynamicSampling 3, overlongBuffer a fifth of maxNewTokens; keys written out win.",
  ),
  steps: option(whole({ min: 1 }), 60, "Number of training steps; each is one rollout."),
  prompts: option(whole({ min: 1 }), 32, "Prompts per step."),
  completions: option(whole({ min: 1 }), 8, "Completions sampled for each prompt (the size of a group)."),
  maxNewTokens: option(whole({ min: 1 }), DEFAULT_MAX_NEW_TOKENS, "Longest completion, in tokens."),
  temperature: option(decimal({ above: 0 }), 1.0, "Divides the logits when sampling and in the loss; the entropy target refers to it."),
  topP: option(decimal({ above: 0, max: 1 }), 1.0, "Samples from the smallest set of tokens with at least this probability; 1 is all."),
  topK: option(whole({ min: 0 }), 0, "Samples from this many most probable tokens; 0 is all."),
  learningRate: option(decimal({ min: 0 }), 0.0003, "AdamW's learning rate."),
  updatesPerRollout: option(whole({ min: 1 }), 1, "Optimiser steps on each rollout; more than 1 is off-policy."),
  microBatchRows: option(whole({ min: 1 }), 4096, "Most tokens in one forward and backward pass; gradients accumulate over passes."),
  dynamicSampling: option(
    whole({ min: 0, max: MOST_EXTRA_ROUNDS }),
    0,
    "Most further rollouts of a step that replace groups whose rewards are all alike by groups of other problems; 0 is off.",
  ),
  overlongBuffer: option(
    whole({ min: 0 }),
    0,
    "Punishes long completions: the reward falls by up to 1 over the last so many tokens below maxNewTokens; 0 is off.",
  ),
  maskTruncated: option(flag(), false, "Leaves completions that were cut off at maxNewTokens out of the loss."),
  advantage: option(
    oneOf(ADVANTAGE_NAMES),
    "grpo",
    `How rewards become advantages: ${ADVANTAGE_NAMES.join(", ")}; method.md has the formulas.`,
  ),
  advantageK: option(whole({ min: 1 }), DEFAULT_K, "The k of the advantage pass@k: below grpo.completions."),
  advantageLambda: option(
    decimal({ min: 0 }),
    DEFAULT_LAMBDA,
    "What a right answer weighs in the advantage w-reinforce; a wrong one weighs -1.",
  ),
  loss: option(
    oneOf(POLICY_LOSSES),
    SURROGATE_DEFAULTS.loss,
    `What the advantage of a token turns into: ${POLICY_LOSSES.join(", ")}; method.md has the formulas.`,
  ),
  clipLow: option(
    decimal({ min: 0, max: 1 }),
    0.2,
    "A negative token stops learning once its probability ratio is below 1 - clipLow; gspo without it: 3e-4.",
  ),
  clipHigh: option(
    decimal({ min: 0 }),
    0.2,
    "A positive token stops learning once its probability ratio is above 1 + clipHigh; gspo without it: 4e-4.",
  ),
  dualClip: option(
    decimal({ above: 1 }, "no dual clip").nullable(),
    null,
    "A negative token also stops learning once its probability ratio is above this (losses ppo-clip and gspo).",
  ),
  delta: option(
    decimal({ above: 1 }),
    SURROGATE_DEFAULTS.delta,
    "Loss two-sided: a negative token also stops learning once its probability ratio is above this, which is above 1 + clipHigh.",
  ),
  cispoBound: option(decimal({ above: 0 }), SURROGATE_DEFAULTS.cispoBound, "Loss cispo: the most that a probability ratio weighs a token."),
  sapoPositive: option(
    decimal({ above: 0 }),
    SURROGATE_DEFAULTS.sapoPositive,
    "Loss sapo: how fast positive tokens stop learning as their probability ratio leaves 1.",
  ),
  sapoNegative: option(decimal({ above: 0 }), SURROGATE_DEFAULTS.sapoNegative, "Loss sapo: the same for negative tokens."),
  covariance: option(
    oneOf(COVARIANCE_RULES, "off").nullable(),
    null,
    "With loss ppo-clip, what tokens of high covariance of advantage and log-probability get: clip-cov no gradient, kl-cov a penalty on change.",
  ),
  covFraction: option(
    decimal({ above: 0, max: 1 }),
    SURROGATE_DEFAULTS.covFraction,
    "Their share of the tokens of a pass, but at least one.",
  ),
  covLow: option(decimal(), SURROGATE_DEFAULTS.covLow, "Covariance above which clip-cov draws its tokens."),
  covHigh: option(decimal(), SURROGATE_DEFAULTS.covHigh, "Covariance below which clip-cov draws its tokens."),
  covCoef: option(decimal({ min: 0 }), SURROGATE_DEFAULTS.covCoef, "Weight of kl-cov's penalty |log ratio|."),
  tis: option(
    decimal({ above: 0 }, "off").nullable(),
    null,
    "Truncated importance sampling: the trainer scores the completions again, and weighs tokens by trainer / sampler, at most this; 2 is usual.",
  ),
  aggregate: option(
    oneOf(["token-mean", "sequence-mean", "constant"]),
    "token-mean",
    "How token losses add up: mean of all tokens, mean of the sequences' means, or sum over sequences x maxNewTokens.",
  ),
  beta: option(decimal({ min: 0 }), 0, "Weight of the KL divergence to the starting policy."),
  kl: option(oneOf(KL_ESTIMATES), SURROGATE_DEFAULTS.kl, "Its estimate, from the token sampled: k1, k2 or k3; method.md has the formulas."),
  entropyCoef: option(decimal(), 0, "Weight of a plain entropy bonus, for comparison with entropy control."),
  weightDecay: option(decimal({ min: 0 }), 0.01, "AdamW's decoupled weight decay, on matrices only."),
  maxGradNorm: option(decimal({ above: 0 }), 1.0, "Gradients are scaled down to this global norm."),
  activations,
  weights,
});

const CONTROLLER_SENTENCE =
  "pi holds the target; aec and bonus are entropy bonuses, adaptive and constant; entrocraft keeps a band; none is plain GRPO; fixed keeps alpha.";

/** What `grpo.loss` puts in place of defaults; keys written out win over them. A sequence's ratio stays far nearer to 1 than a token's. */
export const lossDefaults: Readonly<Record<string, object>> = { gspo: { clipLow: 3e-4, clipHigh: 4e-4 } };

/** Values that `entropy.preset` stands for; keys written out win over them. */
export const entropyPresets = {
  paper: { kp: 1, ki: 0.01, gate: "probability", tau: 0.95, target: 0.1 },
} as const;

/** Values that `grpo.preset` stands for, given maxNewTokens; keys written out win over them. */
export const grpoPresets = {
  dapo: (maxNewTokens: number) => ({
    clipHigh: 0.28,
    aggregate: "token-mean",
    dynamicSampling: 3,
    overlongBuffer: Math.floor(maxNewTokens / 5),
  }),
} as const;

const targetClass = section({
  name: text("the name of a class of tokens").describe("Its name in metrics and, with a column, the column's value."),
  target: decimalOr("auto", { min: 0 }).describe("The entropy to hold for tokens of this class."),
  from: whole({ min: 0 }).optional().describe("With classBy position: the first position of the answer that belongs to it, from 0."),
});

const entropy = section({
  preset: option(
    oneOf(["paper"], "no preset").nullable(),
    null,
    "paper: kp 1, ki 0.01, gate probability, tau 0.95, target 0.1, for large models; keys written out win.",
  ),
  controller: option(oneOf(CONTROLLER_NAMES), "pi", CONTROLLER_SENTENCE),
  target: option(
    decimalOr("auto", { min: 0 }),
    0.35,
    "The entropy to hold, in nats per token at grpo.temperature; auto: rho times that of the start. Without it aec takes 0.2.",
  ),
  kp: option(decimal({ min: 0 }), 10, "Proportional gain: alpha per nat of error."),
  ki: option(decimal({ min: 0 }), 1, "Integral gain: alpha per nat of summed error; it removes the offset that kp leaves."),
  gains: option(oneOf(["fixed", "auto"]), "fixed", "auto: kp and ki follow from an experiment of 24 steps at the start (controller pi)."),
  lambda: option(
    decimal({ above: 0, below: 2 }),
    0.15,
    "Automatic gains: share of an error that one step corrects; kp = lambda / authority.",
  ),
  kiRatio: option(decimal({ min: 0, below: 1 }), 0.05, "Automatic gains: ki / kp."),
  rho: option(decimal({ above: 0 }), 0.8, "Automatic target: its share of the mean entropy of the first anchorSteps steps."),
  anchorSteps: option(whole({ min: 1 }), 8, "Automatic target: steps with control off that measure the start."),
  targetDecay: option(decimal({ min: 0 }), 0, "Automatic target: what it falls by in every step after those, in nats."),
  targetFloor: option(decimal({ min: 0 }), 0, "Automatic target: the least it falls to."),
  classes: option(
    list(targetClass, "a list of mappings with name and target, and with classBy position also from"),
    [],
    "Classes of tokens with a target each, such as { name: head, target: 0.5, from: 0 }; two or more, or none (controller pi).",
  ),
  classBy: option(
    text("position, or the name of a column of the problems"),
    "position",
    "What tells a token's class: its position in the answer, or this column of its problem, which holds the class's name.",
  ),
  gate: option(
    oneOf(["probability", "entropy-effect"]),
    "entropy-effect",
    "Which tokens alpha reweights: those more probable than tau, or each by the sign of its effect on entropy.",
  ),
  tau: option(decimal({ min: 0, max: 1 }), 0.95, "Probability above which the probability gate lets a token through."),
  limit: option(decimal({ above: 0, max: 1 }), 0.9, "Largest |alpha|; below 1 no token's gradient vanishes or flips."),
  antiWindup: option(flag(), true, "Stops the integral from growing while alpha stands at its limit."),
  alphaNorm: option(oneOf(["all", "gated"]), "all", "Averages the control term over all completion tokens or over the gated ones."),
  alpha: option(decimal({ min: -1, max: 1 }), 0, "The constant alpha of the controller `fixed`."),
  coefficient: option(decimal(), 0.001, "The constant weight of the entropy bonus of the controller `bonus`."),
  delta: option(decimal({ above: 0 }), 0.0001, "Change of the bonus in every step of the controller `aec`."),
  maxCoefficient: option(decimal({ above: 0 }), 0.005, "Largest bonus of the controller `aec`."),
  low: option(decimal({ min: 0 }), 0.3, "Entropy below which the controller `entrocraft` learns from wrong answers only."),
  high: option(decimal({ min: 0 }), 0.4, "Entropy above which the controller `entrocraft` learns from right answers only."),
});

const evaluation = {
  prompts: option(whole({ min: 1 }), 128, "Held-out prompts per evaluation."),
  completions: option(whole({ min: 1 }), 8, "Completions per evaluation prompt: the k of pass@k."),
};

const trainEvaluation = section({
  every: option(whole({ min: 0 }), 20, "Evaluates every so many steps, besides before and after; 0 is only then."),
  ...evaluation,
});

const sft = section({
  steps: option(whole({ min: 1 }), 1000, "Most optimiser steps."),
  batch: option(whole({ min: 1 }), 256, "Solved examples per step."),
  learningRate: option(decimal({ min: 0 }), 0.002, "AdamW's learning rate after the warm-up."),
  warmupSteps: option(whole({ min: 0 }), 50, "Steps over which the learning rate rises from 0."),
  weightDecay: option(decimal({ min: 0 }), 0.01, "AdamW's decoupled weight decay, on matrices only."),
  maxGradNorm: option(decimal({ above: 0 }), 1.0, "Gradients are scaled down to this global norm."),
  activations,
  weights,
  stopAtPassAt1: option(
    decimal({ above: 0, max: 1 }, "run all steps").nullable(),
    0.31,
    "Stops once this share of sampled answers is right, so that reinforcement learning has something left to do.",
  ),
  evalEvery: option(whole({ min: 1 }), 50, "Measures pass@1 every so many steps."),
});

function output(directory: string) {
  return section({
    dir: option(text("the path of a folder"), directory, "The run's folder."),
    checkpointEvery: option(whole({ min: 0 }), 20, "Saves a checkpoint every so many steps, besides the last; 0 is only the last."),
  }).prefault({});
}

/** The schema of `train`; `directory` is the default of output.dir. */
export function trainSchema(directory: string) {
  return section({
    model,
    task,
    seed,
    grpo: grpo.prefault({}),
    entropy: entropy.prefault({}),
    eval: trainEvaluation.prefault({}),
    output: output(directory),
  });
}

/** The schema of `sft`; `directory` is the default of output.dir. */
export function sftSchema(directory: string) {
  return section({
    model: modelConfig,
    task,
    seed,
    sft: sft.prefault({}),
    eval: section(evaluation).prefault({}),
    output: output(directory),
  });
}

/** Everything `train` can be told. Made by `parseTrainConfig`, so every value is inside its range. */
export type TrainConfig = z.output<ReturnType<typeof trainSchema>>;

/** Everything `sft` can be told. Made by `parseSftConfig`. */
export type SftConfig = z.output<ReturnType<typeof sftSchema>>;
