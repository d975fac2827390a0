import { mean } from "../../../report/statistics.ts";
import { type ClosedLoopRun, lastFifth } from "./findings.ts";

/** How well a run holds its target. Shares are of the target. */
export interface Settling {
  /** Mean entropy of the last fifth, and its distance from the target. */
  readonly entropy: number;
  readonly offset: number;
  /** Mean |entropy - target| over the last half, in nats. */
  readonly meanError: number;
  /** Mean alpha of the last fifth: what holding this entropy takes. */
  readonly alpha: number;
  /** First step at which the mean of five steps is within 5 % of the target. */
  readonly reached: number | undefined;
  /** How far entropy went past the target, coming from its start; 0 where it never did. */
  readonly overshoot: number;
}

export const TOLERANCE = 0.05;
const WINDOW = 5;

export function settlingOf({ entropy, alpha }: Pick<ClosedLoopRun, "entropy" | "alpha">, target: number): Settling {
  const settled = mean(lastFifth(entropy));
  const half = entropy.slice(-Math.ceil(entropy.length / 2));
  return {
    entropy: settled,
    offset: (settled - target) / target,
    meanError: mean(half.map((value) => Math.abs(value - target))),
    alpha: mean(lastFifth(alpha)),
    reached: reachedAt(entropy, target),
    overshoot: overshootOf(entropy, target),
  };
}

function reachedAt(entropy: readonly number[], target: number): number | undefined {
  for (let end = WINDOW; end <= entropy.length; end += 1) {
    const level = mean(entropy.slice(end - WINDOW, end));
    if (Math.abs(level - target) <= TOLERANCE * target) return end;
  }
  return undefined;
}

function overshootOf(entropy: readonly number[], target: number): number {
  const from = Math.sign(entropy[0]! - target);
  return Math.max(0, ...entropy.map((value) => (from * (target - value)) / target));
}
