import type { Controller } from "../control/index.ts";
import type { Device } from "../gpu/device.ts";
import type { PolicyLoss } from "../loss/index.ts";
import { ConfigError, refusal } from "../options/problems.ts";
import type { Problem } from "../tasks/task.ts";
import type { TrainConfig } from "./config/index.ts";
import type { TokenClassFunction } from "./learning/token_classes.ts";
import type { PolicyModel } from "./model.ts";
import { checkProblems, checkReadable, checkRoom, checkStop } from "./problems.ts";
import { longestPrompt } from "./sampling/sampler_for.ts";
import { checkColumns, checkHeldOutColumns } from "./scoring/columns.ts";
import { checkRewards, type NamedReward, type RewardFailure } from "./scoring/rewards.ts";

/** What a run of GRPO is made of. */
export interface Run {
  readonly device: Device;
  readonly model: PolicyModel;
  readonly config: Pick<TrainConfig, "seed" | "memory" | "grpo" | "entropy" | "eval">;
  readonly trainProblems: readonly Problem[];
  readonly evalProblems: readonly Problem[];
  readonly rewards: readonly NamedReward[];
  /** Texts that end a completion, beside the model's own end tokens; they are part of the completion. */
  readonly stop: readonly string[];
  readonly controller: Controller;
  readonly loss: PolicyLoss;
  /** The policy that `beta` measures against. When absent, it is the base of a model with adapters, else the starting policy. */
  readonly reference?: PolicyModel;
  /** The most sequences that are sampled at a time. More run faster together, and each holds a key-value cache. */
  readonly sequencesAtOnce?: number;
  /** Is told of every prompt that a reward function with `onError: "unscored"` could not score. */
  readonly onRewardFailure?: (failure: RewardFailure) => void;
  /** Tells the class of each token, in place of the controller's classBy. */
  readonly classOf?: TokenClassFunction;
}

/** Tokens of the longest prompt that the run may sample from. */
export function longestPromptOf({ model, trainProblems, evalProblems }: Run): number {
  return Math.max(longestPrompt(model, trainProblems), longestPrompt(model, evalProblems));
}

/** Whether the samples of a step may need more than one pass. */
export function mayTakeSeveral(run: Run): boolean {
  return rowsOfStep(run) > run.config.grpo.microBatchRows;
}

/** The most rows that the samples of a step take together. The completions of a prompt share its rows where the model can. */
function rowsOfStep(run: Run): number {
  const { prompts, completions, maxNewTokens } = run.config.grpo;
  if (!run.model.module.sharesRows) return prompts * completions * longestSample(run);
  return prompts * (longestPromptOf(run) - 1 + completions * maxNewTokens);
}

/** The rows of the longest sample that there may be. */
function longestSample(run: Run): number {
  return longestPromptOf(run) + run.config.grpo.maxNewTokens - 1;
}

/** Refuses problems, rewards and a stop that cannot be trained on. @throws ConfigError, one line that names what is wrong and the remedy */
export function checkSubject(run: Pick<Run, "model" | "trainProblems" | "evalProblems" | "rewards" | "stop">): void {
  checkProblems("the training problems", run.trainProblems);
  checkProblems("the held-out problems", run.evalProblems, { least: 0 });
  checkRewards(run.rewards);
  checkColumns("training problem", run.trainProblems, run.rewards);
  checkHeldOutColumns(run.evalProblems, run.rewards);
  checkStop(run.stop, run.model.tokenizer);
  checkReadable(run.model.tokenizer, "the training problems", run.trainProblems);
  checkReadable(run.model.tokenizer, "the held-out problems", run.evalProblems);
}

/** Refuses problems whose prompts leave no room for a completion. @throws ConfigError that names the first of them */
export function checkRooms(run: Run): void {
  const { model, config, trainProblems, evalProblems } = run;
  const { contextLength } = model.module;
  const { maxNewTokens } = config.grpo;
  if (longestPromptOf(run) + maxNewTokens <= contextLength) return;
  const room = { contextLength, maxNewTokens, option: "grpo.maxNewTokens" };
  checkRoom(model.tokenizer, "the training problems", trainProblems, room);
  checkRoom(model.tokenizer, "the held-out problems", evalProblems, room);
}

/** The base under adapters is their reference, and is never changed. @throws ConfigError */
export function checkReference({ model, config }: Pick<Run, "model" | "config">): void {
  if (!model.adapter || config.grpo.referenceReset === 0) return;
  throw new ConfigError([
    refusal("grpo.referenceReset", config.grpo.referenceReset, "0 for a model with adapters, whose reference is its base"),
  ]);
}

/** Products read the base under adapters as it is stored, so that a copy of it would be read by nothing. @throws ConfigError */
export function checkStorage({ model, config }: Pick<Run, "model" | "config">): void {
  if (!model.adapter || config.grpo.weights === "f32") return;
  const needs = "f32 for a model with adapters; lora.baseStorage says how the weights under them are stored";
  throw new ConfigError([refusal("grpo.weights", config.grpo.weights, needs)]);
}

/** The most rows of packed tokens in one pass over the samples of a step: at least those of the longest sample. */
export function passRows(run: Run): number {
  return Math.max(longestSample(run), Math.min(run.config.grpo.microBatchRows, rowsOfStep(run)));
}
