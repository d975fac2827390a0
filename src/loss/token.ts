/** What a loss knows of a token: `struct Token` of shaders/lib/loss.wgsl in double precision. */
export interface Token {
  readonly logp: number;
  readonly oldLogp: number;
  readonly advantage: number;
  /** d = logp - oldLogp, clamped at 20 on either side, and its derivative by logp. */
  readonly difference: number;
  readonly differenceSlope: number;
  /** e^d, and its derivative by logp. */
  readonly ratio: number;
  readonly ratioSlope: number;
  /** The same ratio, for a formula that does not differentiate it. */
  readonly detachedRatio: number;
  /** What a controller moves the bounds of a clip by: they become low e^tilt and high e^-tilt. */
  readonly tilt: number;
  readonly extra: number;
}

/**
 * What a loss makes of an advantage: a value, its derivative by logp, and whether the ratio is too low or too high to teach more. Bounds from
 * above for A < 0 (dual clip, two-sided) count as neither.
 */
export interface Surrogate {
  readonly value: number;
  readonly slope: number;
  readonly low: boolean;
  readonly high: boolean;
}

interface Given {
  readonly logp: number;
  readonly oldLogp: number;
  readonly advantage: number;
  readonly tilt?: number;
  readonly extra?: number;
}

/** A token from its log-probabilities. Numerical differentiation varies logp around `frozenLogp`. */
export function tokenOf({ logp, oldLogp, advantage, tilt = 0, extra = 0 }: Given, frozenLogp: number = logp): Token {
  const difference = clampDifference(logp - oldLogp);
  const ratio = Math.exp(difference);
  const differenceSlope = Math.abs(logp - oldLogp) <= 20 ? 1 : 0;
  const detachedRatio = Math.exp(clampDifference(frozenLogp - oldLogp));
  return { logp, oldLogp, advantage, difference, differenceSlope, ratio, ratioSlope: ratio * differenceSlope, detachedRatio, tilt, extra };
}

/** The largest bound of a ratio. A ratio is at most e^20, about 5e8, so that a larger bound would say nothing. */
export const MOST_RATIO = 1e9;

/** A difference of log-probabilities as losses see it, whose ratio stays finite. */
export function clampDifference(difference: number): number {
  return Math.min(20, Math.max(-20, difference));
}
