/** What the policy loss needs to know; formulas in docs/method, defaults are plain GRPO. */
export interface PolicyLossOptions {
  /** Entropy and log-probabilities are those of logits / temperature. */
  readonly temperature: number;
  readonly clipLow: number;
  readonly clipHigh: number;
  /** Dual clip bound on the ratio of negative samples; null: off. */
  readonly dualClip: number | null;
  /** Weight of the k3 estimate of the KL divergence to the reference model. */
  readonly beta: number;
  readonly entropyCoef: number;
  readonly gate: "probability" | "entropy-effect";
  /** Probability above which the `probability` gate lets a token be weighted. */
  readonly tau: number;
  readonly alphaNorm: "all" | "gated";
  readonly aggregate: "token-mean" | "sequence-mean" | "constant";
}

export interface OptimizerOptions {
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  /** Gradients are scaled by min(1, maxGradNorm / (norm + 1e-6)); null: no clipping. */
  readonly maxGradNorm: number | null;
}
