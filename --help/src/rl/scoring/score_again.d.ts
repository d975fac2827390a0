import { type Sample } from "../learning/micro_batches.js";
import { type Run } from "../run.js";
import { type SamplerGap } from "./importance.js";
/** Scores sampled tokens again, by the reference policy and by the trainer. */
export interface SecondScorer {
    /**
     * Adds the reference policy's log-probabilities where `beta` asks for them. With truncated importance sampling it also adds the trainer's
     * own, and `gap` says how far they are from the sampler's.
     */
    scoreAgain(samples: readonly Sample[]): Promise<{
        readonly samples: readonly Sample[];
        readonly gap: SamplerGap | undefined;
    }>;
    destroy(): void;
}
export declare function createSecondScorer(run: Run): Promise<SecondScorer>;
