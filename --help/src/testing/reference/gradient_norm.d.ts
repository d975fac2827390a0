/** The optimiser's state once the gradients are known: step, norm, scale, skipped, 1 - beta1^step, 1 - beta2^step. */
export declare function gradientNormReference(shards: readonly ArrayLike<number>[], state: readonly number[], options: {
    readonly maxGradNorm: number | null;
    readonly betas: readonly [number, number];
}): number[];
