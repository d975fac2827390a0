/// <reference types="@webgpu/types" />
import { type Evaluator } from "./evaluation/evaluator.js";
import { type Learner } from "./learning/learner.js";
import type { Run } from "./run.js";
import { type StepSampler } from "./sampling/step_sampler.js";
import { type SecondScorer } from "./scoring/score_again.js";
/** What a trainer holds on the GPU beside its model. */
export interface TrainerParts {
    readonly sampling: StepSampler;
    readonly evaluation: Evaluator;
    readonly scoring: SecondScorer;
    readonly learning: Learner;
    destroy(): void;
}
/** Builds all parts of a trainer, or none where one fails. */
export declare function createTrainerParts(run: Run): Promise<TrainerParts>;
