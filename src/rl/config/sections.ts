import type { z } from "zod";
import { controllers } from "../../control/index.ts";
import { losses } from "../../loss/index.ts";
import { WEIGHT_STORAGE } from "../../nn/half_weights.ts";
import { KL_ESTIMATES } from "../../ops/token_loss.ts";
import { type OptionsOfAny, shapeOfChosen } from "../../options/define.ts";
import { decimal, flag, namesOf, oneOf, openSection, option, section, text, whole } from "../../options/schema.ts";
import { ACTIVATION_STORAGE } from "../../policy/activations.ts";
import { tasks } from "../../tasks/index.ts";
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
  { model_type: text("the name of an architecture, such as llama").describe("The architecture, such as llama.") },
  "a mapping in the style of Hugging Face's config.json, with model_type",
).describe("The model to build, with the keys of Hugging Face's config.json; its weights start random.");

const task = openSection(
  {
    name: text("the name of a task, such as countdown").describe(`Which task: ${namesOf(tasks).join(", ")}.`),
  },
  "a mapping with the key name and the task's own options, such as { name: countdown, numbers: 3, max: 9 }",
).describe("The task with a verifiable reward; keys beside `name` are the task's own options.");

const seed = option(whole({ min: 0, max: 0xffffffff }), 0, "Seed of everything random: prompts, sampling, initial weights.");

export const DEFAULT_MAX_NEW_TOKENS = 8;

const grpo = {
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
  loss: option(
    oneOf(namesOf(losses)),
    "ppo-clip",
    "What the advantage of a token turns into; the tables of the losses list the options of each.",
  ),
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
  kl: option(oneOf(KL_ESTIMATES), "k3", "Its estimate, from the token sampled: k1, k2 or k3; method.md has the formulas."),
  entropyCoef: option(decimal(), 0, "Weight of a plain entropy bonus, for comparison with entropy control."),
  weightDecay: option(decimal({ min: 0 }), 0.01, "AdamW's decoupled weight decay, on matrices only."),
  maxGradNorm: option(decimal({ above: 0 }), 1.0, "Gradients are scaled down to this global norm."),
  activations,
  weights,
};

const entropy = {
  preset: option(
    oneOf(["paper"], "no preset").nullable(),
    null,
    "paper: kp 1, ki 0.01, gate probability, tau 0.95, target 0.1, for large models; keys written out win.",
  ),
  controller: option(oneOf(namesOf(controllers)), "pi", "What steers the entropy; the tables of the controllers list the options of each."),
  gate: option(
    oneOf(["probability", "entropy-effect"]),
    "entropy-effect",
    "Which tokens alpha reweights: those more probable than tau, or each by the sign of its effect on entropy.",
  ),
  tau: option(decimal({ min: 0, max: 1 }), 0.95, "Probability above which the probability gate lets a token through."),
  alphaNorm: option(oneOf(["all", "gated"]), "all", "Averages the control term over all completion tokens or over the gated ones."),
};

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

/** The methods that a configuration names: its controller and its loss. Their options are keys of its sections. */
export interface Chosen {
  readonly controller: string;
  readonly loss: string;
}

/** The schema of `train`; `directory` is the default of output.dir. */
export function trainSchema(directory: string, { controller, loss }: Chosen) {
  return section({
    model,
    task,
    seed,
    grpo: section({ ...grpo, ...shapeOfChosen(losses, loss) }).prefault({}),
    entropy: section({ ...entropy, ...shapeOfChosen(controllers, controller) }).prefault({}),
    eval: trainEvaluation.prefault({}),
    output: output(directory),
  });
}

/** The options of `train` that do not depend on a controller or a loss, for documentation. */
export function commonTrainSchema() {
  return trainSchema("runs/NAME", { controller: "", loss: "" }).extend({ grpo: section(grpo), entropy: section(entropy) });
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

type Section<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;

/** Everything `train` can be told. Made by `parseTrainConfig`, so every value is inside its range. */
export type TrainConfig = Omit<z.output<ReturnType<typeof trainSchema>>, "grpo" | "entropy"> & {
  readonly grpo: Section<typeof grpo> & OptionsOfAny<typeof losses>;
  readonly entropy: Section<typeof entropy> & OptionsOfAny<typeof controllers>;
};

/** Everything `sft` can be told. Made by `parseSftConfig`. */
export type SftConfig = z.output<ReturnType<typeof sftSchema>>;
