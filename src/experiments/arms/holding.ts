import { type ArmRun, meanOf } from "./findings.ts";

/** How a run held its target over the last half of training. Shares are of the target. */
export interface Holding {
  readonly entropy: number;
  readonly offset: number;
  /** Mean |entropy - target|, in nats. */
  readonly meanError: number;
  /** Standard deviation over the steps, in nats. */
  readonly deviation: number;
}

export function holdingOf({ entropy, target }: Pick<ArmRun, "entropy" | "target">): Holding {
  const late = entropy.slice(-Math.ceil(entropy.length / 2));
  const mean = meanOf(late);
  return {
    entropy: mean,
    offset: (mean - target) / target,
    meanError: meanOf(late.map((value) => Math.abs(value - target))),
    deviation: Math.sqrt(meanOf(late.map((value) => (value - mean) ** 2))),
  };
}

export function runsOf(runs: readonly ArmRun[], arm: string): readonly ArmRun[] {
  return runs.filter((run) => run.arm === arm);
}

/** What an arm has more than another, seed by seed: the same prompts and the same start. */
export function pairedDifferences(runs: readonly ArmRun[], arm: string, baseline: string, of: (run: ArmRun) => number): number[] {
  const against = new Map(runsOf(runs, baseline).map((run) => [run.seed, of(run)]));
  return runsOf(runs, arm).map((run) => of(run) - against.get(run.seed)!);
}
