import type { Tokenizer } from "../../data/tokenizer.js";
import type { Completion, Sampler } from "../../policy/sampler.js";
import type { Problem } from "../../tasks/task.js";
/** One completion of one problem. */
export interface RolloutEntry {
    readonly problem: Problem;
    readonly promptIds: readonly number[];
    readonly completion: Completion;
    /** The completion as text, its end mark included. */
    readonly text: string;
}
export interface RolloutOptions {
    readonly sampler: Sampler;
    readonly tokenizer: Tokenizer;
    readonly problems: readonly Problem[];
    /** Completions of each problem, side by side in the result. */
    readonly completions: number;
    readonly seed: number;
    /** The first key of the sequences' random numbers; no two rollouts of a run may overlap. */
    readonly firstKey: number;
}
/** Samples completions of problems: `completions` of the first problem, then of the second, and so on. */
export declare function rollout(options: RolloutOptions): Promise<RolloutEntry[]>;
/** Mean entropy over all sampled tokens, in nats. */
export declare function sampledEntropy(entries: readonly RolloutEntry[]): number;
