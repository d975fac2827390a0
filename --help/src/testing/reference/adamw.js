/** One AdamW update in place. Weights below `decayEnd` decay. `step` counts from 1. */
export function adamwReference({ weights, first, second }, gradients, options) {
    const { learningRate, betas, eps, step } = options;
    weights.forEach((weight, i) => {
        const gradient = gradients[i] * options.scale;
        first[i] = betas[0] * first[i] + (1 - betas[0]) * gradient;
        second[i] = betas[1] * second[i] + (1 - betas[1]) * gradient * gradient;
        const decayed = i < options.decayEnd ? weight * (1 - learningRate * options.weightDecay) : weight;
        const corrected = first[i] / (1 - betas[0] ** step);
        weights[i] = decayed - (learningRate * corrected) / (Math.sqrt(second[i] / (1 - betas[1] ** step)) + eps);
    });
}
