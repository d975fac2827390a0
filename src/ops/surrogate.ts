/** What the advantage of a token turns into (shaders/lib/surrogate.wgsl): the values of grpo.loss. */
export const POLICY_LOSSES = ["ppo-clip", "reinforce", "two-sided", "cispo", "sapo", "gspo"] as const;
export type PolicyLossName = (typeof POLICY_LOSSES)[number];

/** Estimates of the KL divergence to the reference policy (Schulman 2020): the values of grpo.kl. */
export const KL_ESTIMATES = ["k1", "k2", "k3"] as const;
export type KlEstimate = (typeof KL_ESTIMATES)[number];

/** What happens to tokens of high covariance with loss ppo-clip (shaders/policy/covariance_select.wgsl): the values of grpo.covariance. */
export const COVARIANCE_RULES = ["clip-cov", "kl-cov"] as const;
export type CovarianceRule = (typeof COVARIANCE_RULES)[number];

/** What the options of SurrogateOptions are where they are left out. */
export const SURROGATE_DEFAULTS = {
  loss: "ppo-clip",
  delta: 4,
  cispoBound: 5,
  sapoPositive: 1,
  sapoNegative: 1.05,
  kl: "k3",
  covariance: null,
  covFraction: 2e-4,
  covLow: 1,
  covHigh: 5,
  covCoef: 1,
} as const;

/** The loss of a token, before entropy has its say. */
export interface SurrogateOptions {
  readonly loss?: PolicyLossName;
  readonly clipLow: number;
  readonly clipHigh: number;
  /** ppo-clip, gspo: bound on the ratio of tokens with negative advantage; null: off. */
  readonly dualClip: number | null;
  /** two-sided: bound on the ratio of tokens with negative advantage, above 1 + clipHigh. */
  readonly delta?: number;
  /** cispo: most that a token weighs. */
  readonly cispoBound?: number;
  /** sapo: how fast the gate closes for tokens with positive and with negative advantage. */
  readonly sapoPositive?: number;
  readonly sapoNegative?: number;
  /** Weight of the KL divergence to the reference policy, and its estimate. */
  readonly beta: number;
  readonly kl?: KlEstimate;
  /** With loss ppo-clip; null: off. */
  readonly covariance?: CovarianceRule | null;
  /** Share of the tokens that it selects, and for clip-cov between which covariances. */
  readonly covFraction?: number;
  readonly covLow?: number;
  readonly covHigh?: number;
  /** kl-cov: weight of |d| for the tokens selected. */
  readonly covCoef?: number;
}

/** The variant of shaders/policy/token_loss.wgsl that computes a loss. @throws for a loss that there is not */
export function surrogateConditions(options: SurrogateOptions): Readonly<Record<string, boolean>> {
  const { loss, covariance } = { ...SURROGATE_DEFAULTS, ...options };
  if (!POLICY_LOSSES.includes(loss)) throw new Error(`grpo.loss is ${loss}; it must be one of ${POLICY_LOSSES.join(", ")}`);
  if (covariance && loss !== "ppo-clip") throw new Error(`grpo.covariance is ${covariance}; it must be null with loss ${loss}`);
  const chosen = covariance ?? loss;
  return Object.fromEntries([...POLICY_LOSSES, ...COVARIANCE_RULES].map((name) => [name.toUpperCase().replace("-", "_"), name === chosen]));
}

/** The parameters that the kernel takes for a loss. @throws for a delta inside the clip, where the loss is another one */
export function surrogateParameters(options: SurrogateOptions): Readonly<Record<string, number>> {
  const { loss, kl, ...given } = { ...SURROGATE_DEFAULTS, ...options };
  if (loss === "two-sided" && given.delta <= 1 + given.clipHigh) {
    throw new Error(`grpo.delta is ${given.delta}; it must be above 1 + clipHigh (${1 + given.clipHigh})`);
  }
  return {
    eps_low: given.clipLow,
    eps_high: given.clipHigh,
    dual_clip: given.dualClip ?? 0,
    bound: loss === "cispo" ? given.cispoBound : given.delta,
    sapo_positive: given.sapoPositive,
    sapo_negative: given.sapoNegative,
    penalty: given.covCoef,
    beta: given.beta,
    kl: KL_ESTIMATES.indexOf(kl) + 1,
  };
}
