import type { LossFactory, PolicyLoss } from "./define.js";
export { defineLoss, type LossContext, type LossDeclaration, type LossFactory, type PolicyLoss } from "./define.js";
export type { Surrogate, Token } from "./token.js";
/** Every policy loss by the name that configurations use. A new one is a file, a WGSL module and a line here. */
export declare const losses: {
    /** The clipped surrogate of PPO and GRPO, with an optional dual clip. */
    readonly "ppo-clip": ((options?: PpoClipOptions) => PolicyLoss) & import("../options/define.js").Declaration;
    /** The plain policy gradient, without a probability ratio. */
    readonly reinforce: (() => PolicyLoss) & import("../options/define.js").Declaration;
    /** PPO's clip with a bound on the ratio of tokens with negative advantage too (INTELLECT-2). */
    readonly "two-sided": ((options?: TwoSidedOptions) => PolicyLoss) & import("../options/define.js").Declaration;
    /** The policy gradient weighed by a bounded probability ratio, so that every token keeps a gradient (MiniMax-M1). */
    readonly cispo: ((options?: CispoOptions) => PolicyLoss) & import("../options/define.js").Declaration;
    /** A gate that closes smoothly on both sides of the ratio 1, in the place of a clip. */
    readonly sapo: ((options?: SapoOptions) => PolicyLoss) & import("../options/define.js").Declaration;
    /** PPO's clip of one probability ratio for a whole sequence. */
    readonly gspo: ((options?: GspoOptions) => PolicyLoss) & import("../options/define.js").Declaration;
    /** PPO's clip without the gradient of a few tokens whose covariance of advantage and log-probability is high. */
    readonly "clip-cov": ((options?: ClipCovOptions) => PolicyLoss) & import("../options/define.js").Declaration;
    /** No clip, but a penalty on change for the tokens whose covariance of advantage and log-probability is highest. */
    readonly "kl-cov": ((options?: KlCovOptions) => PolicyLoss) & import("../options/define.js").Declaration;
};
/** The policy loss of a configuration's section `grpo`. @throws ConfigError when no loss has its name, or an option is refused */
export declare function createLoss(section: {
    readonly loss: string;
    readonly [option: string]: unknown;
}): PolicyLoss;
/** Options of `ppo-clip`. The clipped surrogate of PPO and GRPO, with an optional dual clip. */
export interface PpoClipOptions {
  /** A token with negative advantage also stops learning once its probability ratio is above this. Default: null. */
  readonly dualClip?: number | null;
  /** A token with negative advantage stops learning once its probability ratio is below 1 - clipLow. Default: 0.2. */
  readonly clipLow?: number;
  /** A token with positive advantage stops learning once its probability ratio is above 1 + clipHigh. Default: 0.2. */
  readonly clipHigh?: number;
}
/** Options of `two-sided`. PPO's clip with a bound on the ratio of tokens with negative advantage too (INTELLECT-2). */
export interface TwoSidedOptions {
  /** A token with negative advantage also stops learning once its probability ratio is above this; it must exceed 1 + clipHigh. Default: 4. */
  readonly delta?: number;
  /** A token with negative advantage stops learning once its probability ratio is below 1 - clipLow. Default: 0.2. */
  readonly clipLow?: number;
  /** A token with positive advantage stops learning once its probability ratio is above 1 + clipHigh. Default: 0.2. */
  readonly clipHigh?: number;
}
/** Options of `cispo`. The policy gradient weighed by a bounded probability ratio, so that every token keeps a gradient (MiniMax-M1). */
export interface CispoOptions {
  /** The most that a probability ratio weighs a token. Default: 5. */
  readonly cispoBound?: number;
}
/** Options of `sapo`. A gate that closes smoothly on both sides of the ratio 1, in the place of a clip. */
export interface SapoOptions {
  /** How fast tokens with positive advantage stop learning as their probability ratio leaves 1. Default: 1. */
  readonly sapoPositive?: number;
  /** How fast tokens with negative advantage stop learning as their probability ratio leaves 1. Default: 1.05. */
  readonly sapoNegative?: number;
}
/** Options of `gspo`. PPO's clip of one probability ratio for a whole sequence. */
export interface GspoOptions {
  /** A token with negative advantage also stops learning once its probability ratio is above this. Default: null. */
  readonly dualClip?: number | null;
  /** A sequence with negative advantage stops learning once its probability ratio is below 1 - clipLow. Default: 0.0003. */
  readonly clipLow?: number;
  /** A sequence with positive advantage stops learning once its probability ratio is above 1 + clipHigh. Default: 0.0004. */
  readonly clipHigh?: number;
}
/** Options of `clip-cov`. PPO's clip without the gradient of a few tokens whose covariance of advantage and log-probability is high. */
export interface ClipCovOptions {
  /** The share of the tokens of a pass that are selected, but at least one. Default: 0.0002. */
  readonly covFraction?: number;
  /** Covariance above which tokens are drawn. Default: 1. */
  readonly covLow?: number;
  /** Covariance below which tokens are drawn. Default: 5. */
  readonly covHigh?: number;
  /** A token with negative advantage also stops learning once its probability ratio is above this. Default: null. */
  readonly dualClip?: number | null;
  /** A token with negative advantage stops learning once its probability ratio is below 1 - clipLow. Default: 0.2. */
  readonly clipLow?: number;
  /** A token with positive advantage stops learning once its probability ratio is above 1 + clipHigh. Default: 0.2. */
  readonly clipHigh?: number;
}
/** Options of `kl-cov`. No clip, but a penalty on change for the tokens whose covariance of advantage and log-probability is highest. */
export interface KlCovOptions {
  /** The share of the tokens of a pass that are selected, but at least one. Default: 0.0002. */
  readonly covFraction?: number;
  /** Weight of the penalty |log ratio|. Default: 1. */
  readonly covCoef?: number;
}
