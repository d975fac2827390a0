import { curveOf, leastSquares, mean } from "../../../report/statistics.ts";
import { lastPart, meanDistance } from "../series.ts";
import type { ArmRun } from "./findings.ts";

/** How far from its target a held entropy may be, as a share of it. */
export const HELD = 0.1;

/** How a run held its target over the last half of training. Shares are of the target; without a target they are NaN. */
export interface Holding {
  readonly entropy: number;
  readonly offset: number;
  /** Mean |entropy - target|, in nats. */
  readonly meanError: number;
  /** Standard deviation over the steps, in nats. */
  readonly deviation: number;
  /** Slope of a straight line through the steps, in nats per 100 of them. */
  readonly drift: number;
}

export function holdingOf({ entropy, target }: Pick<ArmRun, "entropy" | "target">): Holding {
  const late = lastPart(entropy, 2);
  const level = mean(late);
  const aim = target ?? Number.NaN;
  return {
    entropy: level,
    offset: (level - aim) / aim,
    meanError: meanDistance(late, aim),
    deviation: Math.sqrt(mean(late.map((value) => (value - level) ** 2))),
    drift: 100 * leastSquares(curveOf(late)).slope,
  };
}

export function runsOf(runs: readonly ArmRun[], arm: string): readonly ArmRun[] {
  return runs.filter((run) => run.arm === arm);
}

/** The offset of each run of an arm. */
export function offsetsOf(runs: readonly ArmRun[], arm: string): number[] {
  return runsOf(runs, arm).map((run) => holdingOf(run).offset);
}

/** How much more of a measure an arm has than the baseline, for each seed that both have. Both had the same prompts and the same start. */
export function pairedDifferences(runs: readonly ArmRun[], arm: string, baseline: string, of: (run: ArmRun) => number): number[] {
  const against = new Map(runsOf(runs, baseline).map((run) => [run.seed, of(run)]));
  return runsOf(runs, arm).flatMap((run) => (against.has(run.seed) ? [of(run) - against.get(run.seed)!] : []));
}
