import type { Metrics } from "../../report/metrics.js";
import type { Run } from "../run.js";
import type { RolloutEntry } from "../sampling/rollout.js";
import type { SampledStep } from "../sampling/step_sampler.js";
import type { SamplerGap } from "../scoring/importance.js";
import type { Learned } from "./learner.js";
import type { Sample } from "./micro_batches.js";
/** What a step did. */
export interface StepRecord {
    readonly step: number;
    readonly tokens: number;
    /** `trained` are the completions that were learned from. `all` are those that were sampled: only their rewards are those of the policy. */
    readonly rollout: SampledStep;
    readonly samples: readonly Pick<Sample, "isMasked">[];
    readonly learned: Learned;
    /** Defined where the trainer scored the completions again. Its log-probabilities are then the old ones of the loss. */
    readonly gap: SamplerGap | undefined;
    /** Time of the whole step. */
    readonly milliseconds: number;
}
/**
 * One line of metrics.jsonl. Losses and norms are means over the updates of the rollout. The controller's state is that of the last update.
 * A step that had no token to learn from has no metrics of learning.
 */
export declare function stepMetrics({ config, controller, loss }: Run, record: StepRecord): Metrics;
/** Tokens of prompts and completions. */
export declare function tokensOf(entries: readonly RolloutEntry[]): number;
