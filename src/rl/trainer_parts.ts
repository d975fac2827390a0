import { build } from "../gpu/parts.ts";
import { claimWeights } from "../nn/half_weights.ts";
import { createEvaluator, type Evaluator } from "./evaluation/evaluator.ts";
import { createLearner, type Learner } from "./learning/learner.ts";
import type { Run } from "./run.ts";
import { createStepSampler, type StepSampler } from "./sampling/step_sampler.ts";
import { createSecondScorer, type SecondScorer } from "./scoring/score_again.ts";

/** What a trainer holds on the GPU beside its model. */
export interface TrainerParts {
  readonly sampling: StepSampler;
  readonly evaluation: Evaluator;
  readonly scoring: SecondScorer;
  readonly learning: Learner;
  destroy(): void;
}

/** Builds all parts of a trainer, or none where one fails. */
export function createTrainerParts(run: Run): Promise<TrainerParts> {
  return build(async (own) => {
    const claim = await claimWeights(run.model.placed, run.config.grpo.weights);
    own({ destroy: claim.release });
    const sampling = own(await createStepSampler(run));
    const evaluation = own(await createEvaluator(run, sampling.sampler));
    const scoring = own(await createSecondScorer(run));
    const learning = own(await createLearner(run));
    return { sampling, evaluation, scoring, learning };
  });
}
