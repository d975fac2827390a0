import { z } from "zod";
import { controllers } from "../../control/index.ts";
import { losses } from "../../loss/index.ts";
import { WEIGHT_STORAGE } from "../../nn/half_weights.ts";
import { KL_ESTIMATES } from "../../ops/token_loss.ts";
import { madeOnce, type OptionsOfAny, shapeOfChosen } from "../../options/define.ts";
import { MOST } from "../../options/limits.ts";
import { adjustable, decimal, flag, namesOf, oneOf, openSection, option, section, text, whole } from "../../options/schema.ts";
import { tasks } from "../../tasks/index.ts";
import { ADVANTAGE_NAMES, DEFAULT_K, DEFAULT_LAMBDA } from "../advantages/index.ts";
import { BYTES_ALLOWED, parseBytes } from "../memory/bytes.ts";
import { MOST_EXTRA_ROUNDS } from "../sampling/dynamic_sampling.ts";
import { cacheOptions } from "./cache_options.ts";
import { furtherEvaluation } from "./evaluation_options.ts";
import { gepoOptions, longRunOptions } from "./group_options.ts";
import { importanceOptions } from "./importance_options.ts";
import { loraSection } from "./lora_section.ts";
import { memoryOptions } from "./memory_options.ts";
import { output } from "./output_section.ts";
import { DEFAULT_MAX_NEW_TOKENS, entropyPresets, grpoPresets } from "./presets.ts";
import { report } from "./report_section.ts";
import { scheduleOptions } from "./schedule_options.ts";

export const weights = option(
  oneOf(WEIGHT_STORAGE),
  "f32",
  "How matrix products read the weights. f16 reads copies that are rounded to 11 bits and take half the bytes; the weights that are trained and saved stay f32.",
);

/** AdamW moves a weight by about the learning rate in a step, whatever the gradient, and weights are seldom above 1. */
export const learningRate = decimal({ min: 0, max: 1 });

export const weightDecay = adjustable(
  decimal({ min: 0, max: 1000 }),
  0.01,
  "AdamW's decoupled weight decay. It acts on matrices only. A step takes the share learningRate * weightDecay of each weight away, at most all of it.",
);

export const maxGradNorm = adjustable(
  decimal({ min: 1e-6, max: 1e9 }),
  1.0,
  "The largest norm of all gradients together. Larger ones are scaled down to it.",
);

export const stopAfterSkipped = adjustable(
  whole({ min: 1, max: 1_000_000 }),
  5,
  "Training stops after this many steps in a row that were skipped because their numbers were not finite. A skipped step changes no weight.",
);

const model = text("the path of a checkpoint folder, or the name of a model").describe(
  "Where the policy comes from: the path of a folder in Hugging Face's layout, the name of a shipped model, such as countdown-base, or that of a model on the hub, such as org/name or org/name@revision.",
);

export const task = openSection(
  {
    name: text("the name of a task, such as countdown").describe(
      `Which task: ${namesOf(tasks).join(", ")}; or data, which may be left out where the key data is given.`,
    ),
  },
  "a mapping with the key name and the task's own options, such as { name: countdown, numbers: 3, max: 9 }",
).describe("The task to learn. Keys beside `name` are the task's own options.");

export const seed = option(
  whole({ min: 0, max: 0xffffffff }),
  0,
  "Seed of everything random: the order of prompts, sampling, initial weights.",
);

export const memory = adjustable(
  z
    .union([z.string(), z.number()])
    .nullable()
    .refine((amount) => amount === null || parseBytes(amount) !== undefined, { error: `${BYTES_ALLOWED}, or null (as much as there is)` }),
  null,
  "The most GPU memory that the run may take, such as 10GiB. It is counted before anything is created; fewer sequences are sampled at a time where that makes it fit. null is as much as the adapter has.",
);

const grpo = {
  preset: option(
    oneOf(namesOf(grpoPresets), "no preset").nullable(),
    null,
    "A set of values to start from. dapo sets clipHigh 0.28 (not with the loss gspo), aggregate token-mean, dynamicSampling 3 and overlongBuffer a fifth of maxNewTokens; keys that are written out win. null is none.",
  ),
  steps: adjustable(
    whole({ min: 1, max: MOST.steps }),
    60,
    "Number of training steps. Each samples completions once and learns from them.",
  ),
  prompts: option(whole({ min: 1, max: MOST.prompts }), 32, "Prompts in a step."),
  completions: option(
    whole({ min: 1, max: MOST.completions }),
    8,
    "Completions sampled for each prompt. They form a group and are compared with one another.",
  ),
  maxNewTokens: option(whole({ min: 1, max: MOST.tokens }), DEFAULT_MAX_NEW_TOKENS, "The longest completion, in tokens."),
  temperature: option(
    decimal({ min: 0.01, max: 100 }),
    1.0,
    "What the logits are divided by, in sampling and in the loss. The entropy and its target are measured at this temperature.",
  ),
  topP: option(
    decimal({ min: 0.001, max: 1 }),
    1.0,
    "Sampling chooses among the smallest set of most probable tokens that has at least this probability; 1 allows all.",
  ),
  topK: option(whole({ min: 0, max: MOST.tokens }), 0, "Sampling chooses among this many of the most probable tokens; 0 allows all."),
  learningRate: adjustable(learningRate, 0.0003, "AdamW's learning rate: about how far a step moves each weight."),
  ...scheduleOptions(0),
  updatesPerRollout: option(
    whole({ min: 1, max: MOST.updates }),
    1,
    "Optimiser steps on the completions of a step. With more than 1 the later ones are off-policy: the policy that learns is no longer the one that sampled.",
  ),
  microBatchRows: adjustable(
    whole({ min: 1, max: MOST.tokens }),
    4096,
    "The most tokens in one forward and backward pass, or those of the longest prompt and completion together where they are more. A larger step takes several passes, whose gradients add up.",
  ),
  dynamicSampling: option(
    whole({ min: 0, max: MOST_EXTRA_ROUNDS }),
    0,
    "How many times a step may sample further problems to replace groups that teach nothing, such as those whose rewards are all alike; 0 never does.",
  ),
  overlongBuffer: option(
    whole({ min: 0, max: MOST.tokens }),
    0,
    "Punishes long completions: over the last so many tokens before maxNewTokens the reward falls evenly, by 1 in all; 0 punishes nothing.",
  ),
  maskTruncated: adjustable(flag(), false, "Whether completions that were cut off at maxNewTokens are left out of the loss."),
  loss: option(
    oneOf(namesOf(losses)),
    "ppo-clip",
    "The policy loss: what the advantage of a token turns into. Each loss has options of its own.",
  ),
  advantage: option(
    oneOf(ADVANTAGE_NAMES),
    "grpo",
    `How rewards become advantages: ${ADVANTAGE_NAMES.join(", ")}. The page method.md has the formulas.`,
  ),
  advantageK: option(
    whole({ min: 1, max: MOST.completions }),
    DEFAULT_K,
    "The k of the advantage pass@k. It must be below grpo.completions.",
  ),
  advantageLambda: adjustable(
    decimal({ min: 0, max: 1000 }),
    DEFAULT_LAMBDA,
    "The advantage of a right answer with w-reinforce. That of a wrong answer is -1.",
  ),
  ...gepoOptions,
  ...importanceOptions,
  tokenShare: adjustable(
    decimal({ above: 0, max: 1 }),
    1,
    "The share of the tokens of a pass whose surrogate counts, those at which the policy's entropy is highest; 0.2 is the 80/20 rule, 1 takes all. Entropy control acts on all tokens.",
  ),
  aggregate: option(
    oneOf(["token-mean", "sequence-mean", "constant"]),
    "token-mean",
    "How the losses of tokens become one number: token-mean is the mean over all tokens, sequence-mean the mean of the sequences' means, constant the sum divided by maxNewTokens times the sequences that maskTruncated does not leave out.",
  ),
  beta: adjustable(decimal({ min: 0, max: 1000 }), 0, "Weight of the KL divergence from the starting policy in the loss; 0 leaves it out."),
  ...longRunOptions,
  kl: option(oneOf(KL_ESTIMATES), "k3", "How the KL divergence is estimated from the sampled tokens. The page method.md has the formulas."),
  entropyCoef: adjustable(
    decimal({ min: -10, max: 10 }),
    0,
    "Weight of a plain entropy bonus in the loss, for comparison with entropy control.",
  ),
  weightDecay,
  maxGradNorm,
  stopAfterSkipped,
  ...memoryOptions,
  weights,
  ...cacheOptions,
};

const entropy = {
  preset: option(
    oneOf(namesOf(entropyPresets), "no preset").nullable(),
    null,
    "A set of values to start from. paper sets kp 1, ki 0.01, gate probability, tau 0.95 and target 0.1, for large models; hold-then-release sets target auto, ki 0.3 and release 0.8, for long runs; floor sets target group, rho 0.7, mode floor and the same ki and release; keys that are written out win. null is none.",
  ),
  controller: option(oneOf(namesOf(controllers)), "pi", "What steers the entropy. Each controller has options of its own."),
  gate: option(
    oneOf(["probability", "entropy-effect"]),
    "entropy-effect",
    "Which tokens alpha reweights: probability takes those more probable than tau, entropy-effect takes every token by the sign of its effect on entropy.",
  ),
  tau: option(decimal({ min: 0, max: 1 }), 0.95, "The probability above which the gate `probability` lets a token through."),
  alphaNorm: option(
    oneOf(["all", "gated"]),
    "all",
    "Which tokens the control term is averaged over: all of the completions, or only those that the gate lets through.",
  ),
};

export const evaluation = {
  prompts: option(whole({ min: 1, max: MOST.prompts }), 128, "Held-out prompts of an evaluation."),
  completions: option(whole({ min: 1, max: MOST.completions }), 8, "Completions of each evaluation prompt: the k of pass@k."),
};

const trainEvaluation = section({
  every: adjustable(
    whole({ min: 0, max: MOST.steps }),
    20,
    "Steps between two evaluations. The run is evaluated before and after in any case; 0 evaluates only then.",
  ),
  ...evaluation,
  ...furtherEvaluation,
});

/** The methods that a configuration names: its controller and its loss. Their options are keys of its sections. */
export interface Chosen {
  readonly controller: string;
  readonly loss: string;
}

const grpoWith = madeOnce((loss) => section({ ...grpo, ...shapeOfChosen(losses, loss) }).prefault({}));
const entropyWith = madeOnce((controller) => section({ ...entropy, ...shapeOfChosen(controllers, controller) }).prefault({}));

/** The schema of `train`; `directory` is the default of output.dir. */
export function trainSchema(directory: string, { controller, loss }: Chosen) {
  return section({
    model,
    task,
    seed,
    memory,
    grpo: grpoWith(loss),
    entropy: entropyWith(controller),
    lora: loraSection.optional(),
    eval: trainEvaluation.prefault({}),
    output: output(directory),
    report,
  });
}

/** The options of `train` that do not depend on a controller or a loss, for documentation. */
export function commonTrainSchema() {
  return trainSchema("runs/NAME", { controller: "", loss: "" }).extend({ grpo: section(grpo), entropy: section(entropy) });
}

type Section<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;

/** All options of `train`. `parseTrainConfig` makes it, so every value is inside its range. */
export type TrainConfig = Omit<z.output<ReturnType<typeof trainSchema>>, "grpo" | "entropy"> & {
  readonly grpo: Section<typeof grpo> & OptionsOfAny<typeof losses>;
  readonly entropy: Section<typeof entropy> & OptionsOfAny<typeof controllers>;
};
