/**
 * Truncated importance sampling (Yao et al. 2025, "Your efficient RL framework secretly brings you off-policy RL training"): each token
 * that the sampler drew is weighed by min(p_trainer / p_sampler, bound). The weight multiplies the advantage, because a positive factor of
 * the advantage is a factor of the policy loss. `scored` are the trainer's log-probabilities of the samples' tokens before the first update.
 * They become the old log-probabilities, so that the loss's own ratio starts at 1. GSPO's derivative needs one weight for a sequence.
 */
export function withImportance(samples, scored, options) {
    return samples.map((sample, i) => {
        const differences = differencesOf(sample, scored[i]);
        const mean = differences.reduce((sum, value) => sum + value, 0) / Math.max(1, differences.length);
        const importance = differences.map((own) => Math.min(Math.exp(options.bySequence ? mean : own), options.bound));
        return { ...sample, oldLogprobs: scored[i], importance };
    });
}
/** The numbers of the metrics `sampling/*`, from samples that `withImportance` has not changed yet. */
export function samplerGap(samples, scored) {
    const differences = samples.flatMap((sample, i) => differencesOf(sample, scored[i]));
    const gap = { sum: 0, difference: 0, ratio: 0, least: Number.POSITIVE_INFINITY, most: 0 };
    for (const value of differences) {
        const ratio = Math.exp(value);
        gap.sum += Math.abs(value);
        gap.difference = Math.max(gap.difference, Math.abs(value));
        gap.ratio += ratio;
        gap.least = Math.min(gap.least, ratio);
        gap.most = Math.max(gap.most, ratio);
    }
    const count = Math.max(1, differences.length);
    return {
        difference: { mean: gap.sum / count, max: gap.difference },
        ratio: { min: differences.length > 0 ? gap.least : 0, mean: gap.ratio / count, max: gap.most },
    };
}
/** For each token the log-probability in training less that in sampling, clamped as the loss clamps it. */
function differencesOf(sample, scored) {
    return Array.from(sample.completionIds, (_, token) => Math.min(20, Math.max(-20, scored[token] - sample.oldLogprobs[token])));
}
