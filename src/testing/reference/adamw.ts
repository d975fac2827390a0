export interface Moments {
  readonly weights: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** One AdamW update in place. Weights below `decayEnd` decay. `step` counts from 1. */
export function adamwReference(
  { weights, first, second }: Moments,
  gradients: ArrayLike<number>,
  options: {
    readonly learningRate: number;
    readonly betas: readonly [number, number];
    readonly eps: number;
    readonly weightDecay: number;
    readonly decayEnd: number;
    readonly scale: number;
    readonly step: number;
  },
): void {
  const { learningRate, betas, eps, step } = options;
  weights.forEach((weight, i) => {
    const gradient = gradients[i]! * options.scale;
    first[i] = betas[0] * first[i]! + (1 - betas[0]) * gradient;
    second[i] = betas[1] * second[i]! + (1 - betas[1]) * gradient * gradient;
    const decayed = i < options.decayEnd ? weight * (1 - learningRate * options.weightDecay) : weight;
    const corrected = first[i]! / (1 - betas[0] ** step);
    weights[i] = decayed - (learningRate * corrected) / (Math.sqrt(second[i]! / (1 - betas[1] ** step)) + eps);
  });
}
