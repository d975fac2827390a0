import type { Controller } from "../control/index.ts";
import type { Device } from "../gpu/device.ts";
import type { PolicyLoss } from "../loss/index.ts";
import type { Problem } from "../tasks/task.ts";
import type { TrainConfig } from "./config/index.ts";
import type { TokenClassFunction } from "./learning/token_classes.ts";
import type { PolicyModel } from "./model.ts";
import { checkProblems, checkStop, checkVocabulary } from "./problems.ts";
import { longestPrompt } from "./sampling/sampler_for.ts";
import { checkRewards, type NamedReward } from "./scoring/rewards.ts";

/** What a run of GRPO is made of. */
export interface Run {
  readonly device: Device;
  readonly model: PolicyModel;
  readonly config: Pick<TrainConfig, "seed" | "grpo" | "entropy" | "eval">;
  readonly trainProblems: readonly Problem[];
  readonly evalProblems: readonly Problem[];
  readonly rewards: readonly NamedReward[];
  /** Text that ends a completion; it is part of the completion. */
  readonly stop: string;
  readonly controller: Controller;
  readonly loss: PolicyLoss;
  /** The policy that `beta` measures against; the starting policy when absent. */
  readonly reference?: PolicyModel;
  /** Tells the class of each token, in place of the controller's classBy. */
  readonly classOf?: TokenClassFunction;
}

/** Every prompt that the run may sample from. */
export function promptsOf({ trainProblems, evalProblems }: Pick<Run, "trainProblems" | "evalProblems">): string[] {
  return [...trainProblems, ...evalProblems].map(({ prompt }) => prompt);
}

/** Refuses problems, rewards and a stop that cannot be trained on. @throws ConfigError, one line that names what is wrong and the remedy */
export function checkSubject(run: Pick<Run, "model" | "trainProblems" | "evalProblems" | "rewards" | "stop">): void {
  checkProblems("the training problems", run.trainProblems);
  checkProblems("the held-out problems", run.evalProblems, { least: 0 });
  checkRewards(run.rewards);
  checkStop(run.stop);
  checkVocabulary(run.model.tokenizer, promptsOf(run), run.stop);
}

/** The most rows of packed tokens in one pass over the samples of a step: at least those of the longest sample. */
export function passRows(run: Run): number {
  const { prompts, completions, maxNewTokens, microBatchRows } = run.config.grpo;
  const longest = longestPrompt(run.model, promptsOf(run)) + maxNewTokens - 1;
  return Math.max(longest, Math.min(microBatchRows, prompts * completions * longest));
}
