import { type ArmRun, meanOf } from "./findings.ts";

/** How a run held its target over the last half of training. Shares are of the target. */
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
  const late = entropy.slice(-Math.ceil(entropy.length / 2));
  const mean = meanOf(late);
  return {
    entropy: mean,
    offset: (mean - target) / target,
    meanError: meanOf(late.map((value) => Math.abs(value - target))),
    deviation: Math.sqrt(meanOf(late.map((value) => (value - mean) ** 2))),
    drift: 100 * slopeOf(late),
  };
}

/** Least squares over 0, 1, 2 ...; 0 for a single value. */
function slopeOf(values: readonly number[]): number {
  const centre = (values.length - 1) / 2;
  const spread = values.reduce((sum, _, i) => sum + (i - centre) ** 2, 0);
  return spread === 0 ? 0 : values.reduce((sum, value, i) => sum + (i - centre) * value, 0) / spread;
}

export function runsOf(runs: readonly ArmRun[], arm: string): readonly ArmRun[] {
  return runs.filter((run) => run.arm === arm);
}

/** What an arm has more than another, seed by seed: the same prompts and the same start. */
export function pairedDifferences(runs: readonly ArmRun[], arm: string, baseline: string, of: (run: ArmRun) => number): number[] {
  const against = new Map(runsOf(runs, baseline).map((run) => [run.seed, of(run)]));
  return runsOf(runs, arm).map((run) => of(run) - against.get(run.seed)!);
}
