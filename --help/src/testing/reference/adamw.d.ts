export interface Moments {
    readonly weights: Float64Array;
    readonly first: Float64Array;
    readonly second: Float64Array;
}
/** One AdamW update in place. Weights below `decayEnd` decay. `step` counts from 1. */
export declare function adamwReference({ weights, first, second }: Moments, gradients: ArrayLike<number>, options: {
    readonly learningRate: number;
    readonly betas: readonly [number, number];
    readonly eps: number;
    readonly weightDecay: number;
    readonly decayEnd: number;
    readonly scale: number;
    readonly step: number;
}): void;
