import type { SurrogateOptions } from "../ops/surrogate.ts";

/** What the policy loss needs to know; formulas in docs/method, defaults are plain GRPO. */
export interface PolicyLossOptions extends SurrogateOptions {
  /** Entropy and log-probabilities are those of logits / temperature. */
  readonly temperature: number;
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
