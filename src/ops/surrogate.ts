/** What the advantage of a token turns into (shaders/lib/surrogate.wgsl): the values of grpo.loss. */
export const POLICY_LOSSES = ["ppo-clip", "reinforce", "two-sided", "cispo", "sapo", "gspo"] as const;
export type PolicyLossName = (typeof POLICY_LOSSES)[number];

/** Estimates of the KL divergence to the reference policy (Schulman 2020): the values of grpo.kl. */
export const KL_ESTIMATES = ["k1", "k2", "k3"] as const;
export type KlEstimate = (typeof KL_ESTIMATES)[number];

/** What the options of SurrogateOptions are where they are left out. */
export const SURROGATE_DEFAULTS = {
  loss: "ppo-clip",
  delta: 4,
  cispoBound: 5,
  sapoPositive: 1,
  sapoNegative: 1.05,
  kl: "k3",
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
}

/** The variant of shaders/policy/token_loss.wgsl that computes a loss. */
export function surrogateConditions(options: SurrogateOptions): Readonly<Record<string, boolean>> {
  const { loss } = { ...SURROGATE_DEFAULTS, ...options };
  if (!POLICY_LOSSES.includes(loss)) throw new Error(`grpo.loss is ${loss}; it must be one of ${POLICY_LOSSES.join(", ")}`);
  return Object.fromEntries(POLICY_LOSSES.map((name) => [name.toUpperCase().replace("-", "_"), name === loss]));
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
    beta: given.beta,
    kl: KL_ESTIMATES.indexOf(kl) + 1,
  };
}
