import { build } from "../../gpu/parts.js";
import { claimWeights } from "../../nn/half_weights.js";
import { createScorer } from "../../policy/score.js";
import { microBatches, packBatch, totalsOf } from "../learning/micro_batches.js";
import { passRows } from "../run.js";
import { samplerGap, withImportance } from "./importance.js";
export async function createSecondScorer(run) {
    const { device, model, config, loss } = run;
    const { beta, tis, temperature } = config.grpo;
    const rows = passRows(run);
    return build(async (own) => {
        const scorerOf = async ({ module }) => own(await createScorer({ device, model: module, rows, temperature }));
        const reference = beta > 0 ? await scorerOf(await frozenPolicy(run, own)) : undefined;
        const policy = tis === null ? undefined : await scorerOf(model);
        return {
            scoreAgain: async (samples) => {
                const known = reference && (await tokenLogprobs(reference, samples, run));
                const compared = known ? samples.map((sample, i) => ({ ...sample, referenceLogprobs: known[i] })) : samples;
                if (!policy || tis === null)
                    return { samples: compared, gap: undefined };
                const trainers = await tokenLogprobs(policy, samples, run);
                const weighed = withImportance(compared, trainers, { bound: tis, bySequence: loss.bySequence ?? false });
                return { samples: weighed, gap: samplerGap(compared, trainers) };
            },
        };
    });
}
/** The reference policy: the one given, which stays its owner's, or a copy of the model as it is now. */
async function frozenPolicy({ model, reference, config }, own) {
    const frozen = reference ?? own(await model.clone());
    const claim = await claimWeights(frozen.placed, config.grpo.weights);
    own({ destroy: claim.release });
    return frozen;
}
/** The log-probabilities that a model gives the completion tokens of each sample, in nats. */
async function tokenLogprobs(scorer, samples, { config }) {
    const { aggregate, maxNewTokens: maxLength, microBatchRows } = config.grpo;
    const totals = totalsOf(samples);
    const scored = [];
    for (const group of microBatches(samples, microBatchRows)) {
        const { logprobs } = await scorer.score(packBatch(group, totals, { aggregate, maxLength }));
        let row = 0;
        for (const sample of group) {
            const begin = row + sample.promptIds.length - 1;
            scored.push(logprobs.slice(begin, begin + sample.completionIds.length));
            row = begin + sample.completionIds.length;
        }
    }
    return scored;
}
