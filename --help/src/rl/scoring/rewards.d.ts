import type { Task } from "../../tasks/task.js";
import type { RewardPart, Score } from "../advantages/index.js";
import type { RolloutEntry } from "../sampling/rollout.js";
/** What a reward function gets. Each list has one entry for every completion, as in TRL. */
export interface RewardInput {
    readonly prompts: readonly string[];
    readonly completions: readonly string[];
    readonly completionIds: readonly ArrayLike<number>[];
    /** The dataset's columns beside the prompt, repeated for every completion of a prompt. */
    readonly columns: Readonly<Record<string, readonly unknown[]>>;
    readonly state: RewardState;
}
/** Where training stands. */
export interface RewardState {
    readonly step: number;
    readonly [key: string]: unknown;
}
/** Returns the scores of completions, or a promise of them. null leaves a completion unscored. */
export type RewardFunction = (input: RewardInput) => readonly Score[] | Promise<readonly Score[]>;
/** A reward function under the name it has in metrics (`rewards/NAME/mean`), with its weight in the sum (default 1). */
export interface NamedReward {
    readonly name: string;
    readonly reward: RewardFunction;
    readonly weight?: number;
}
export interface CombinedRewards {
    /** Weighted sum per completion over the functions that scored it; null where none did. */
    readonly rewards: readonly Score[];
    /** Each function's own scores, unweighted. */
    readonly byFunction: ReadonlyMap<string, readonly Score[]>;
    /** The scores of each function with its weight, for advantages that do not start from the sum. */
    readonly parts: readonly RewardPart[];
}
/**
 * Joins reward functions into one, which runs them at the same time. Throws when two have one name or none is given. The joined function
 * rejects when one of them returns the wrong number of scores, or a score that is neither a finite number nor null.
 */
export declare function combineRewards(functions: readonly NamedReward[]): (input: RewardInput) => Promise<CombinedRewards>;
/** Refuses rewards that are none. @throws ConfigError where none is given, one is no function, a weight no number, or two have one name */
export declare function checkRewards(functions: readonly NamedReward[]): void;
/** What reward functions get for sampled completions after `step` steps of training. */
export declare function rewardInput(entries: readonly RolloutEntry[], step: number): RewardInput;
/** A task's own reward as a reward function under the task's name. */
export declare function taskReward(task: Task): NamedReward;
/** Mean and unbiased standard deviation of each function's scores, under TRL's names; none of a function that scored nothing. */
export declare function rewardMetrics({ byFunction }: Pick<CombinedRewards, "byFunction">): Record<string, number>;
/** A reward function that threw, or that returned something else than one score for each completion; its own error is the cause. */
export declare class RewardError extends Error {
    readonly name = "RewardError";
}
/** What one reward function returns, checked. @throws RewardError naming the function, the completion and its prompt */
export declare function scoresOf({ name, reward }: NamedReward, input: RewardInput): Promise<readonly Score[]>;
