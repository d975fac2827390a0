import { build } from "../gpu/parts.js";
import { claimWeights } from "../nn/half_weights.js";
import { createEvaluator } from "./evaluation/evaluator.js";
import { createLearner } from "./learning/learner.js";
import { createStepSampler } from "./sampling/step_sampler.js";
import { createSecondScorer } from "./scoring/score_again.js";
/** Builds all parts of a trainer, or none where one fails. */
export function createTrainerParts(run) {
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
