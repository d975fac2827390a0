/** The optimiser's state once the gradients are known: step, norm, scale, skipped, 1 - beta1^step, 1 - beta2^step. */
export function gradientNormReference(shards, state, options) {
    const values = shards.flatMap((shard) => Array.from(shard));
    const [step, , , skipped, bias1, bias2] = state;
    const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    if (!Number.isFinite(norm))
        return [step, Number.NaN, 0, skipped + 1, bias1, bias2];
    const scale = options.maxGradNorm === null ? 1 : Math.min(1, options.maxGradNorm / (norm + 1e-6));
    return [step + 1, norm, scale, skipped, 1 - options.betas[0] ** (step + 1), 1 - options.betas[1] ** (step + 1)];
}
