import { chanceOfCorrelation, correlationWithin, type Stratum } from "../../framework/correlation.ts";
import type { LongFindings, LongGroup, LongRun } from "../../framework/long/findings.ts";
import { SPREAD } from "../../framework/long/findings.ts";
import { curveOfRun, GREEDY, type Measure } from "../../framework/long/measures.ts";

/** What may go with the gain that a run makes after its middle. */
export const candidates: readonly Measure[] = [
  { name: "entropy", metric: "eval/entropy" },
  { name: "KL from the start", metric: "probe/kl" },
  { name: "change of the weights", metric: "probe/drift" },
  { name: "effective rank of the change", metric: "probe/rank" },
  { name: "prompts with a gradient", metric: SPREAD },
  { name: "distinct solutions", metric: "eval/distinct" },
  { name: "calibration error", metric: "probe/calibration_error" },
];

/** The other tasks that a group's runs were measured on. */
export function elsewhereOf({ curves }: LongGroup): Measure[] {
  return curves.flatMap((metric) => {
    const [, name] = /^eval\/([^/]+)\/greedy$/.exec(metric) ?? [];
    return name === undefined ? [] : [{ name: `greedy on ${name}`, metric }];
  });
}

/** How a measure at the middle evaluation of runs goes with what they gain from the next one on. */
export interface Association {
  readonly measure: string;
  readonly gain: string;
  readonly runs: number;
  /** Among the runs of all arms. */
  readonly overall: Correlation;
  /** Among the runs of each arm by itself, all arms together: what only tells the arms apart does not count. */
  readonly within: Correlation;
}

export interface Correlation {
  /** Of ranks. */
  readonly r: number;
  /** Of a permutation test. */
  readonly p: number;
}

/** Every candidate against the later gain in greedy accuracy, on the task itself and on the others. */
export function associations({ runs }: LongFindings, group: LongGroup): Association[] {
  const own = runs.filter((run) => run.group === group.group && run.steps.length >= FEWEST);
  return [GREEDY, ...elsewhereOf(group)].flatMap((gain) => candidates.map((measure) => associate(own, group, measure, gain)));
}

/**
 * With one evaluation between the middle and where the gain begins: a score that is high by chance at the middle would lower a gain counted from
 * there, and raise what is measured on the same answers, such as distinct solutions.
 */
const FEWEST = 4;

function associate(runs: readonly LongRun[], group: LongGroup, measure: Measure, gain: Measure): Association {
  const pairs = runs
    .map((run) => {
      const middle = Math.floor((run.steps.length - 1) / 2);
      const scores = curveOfRun(group, run, gain);
      return { arm: run.arm, x: curveOfRun(group, run, measure)[middle] ?? Number.NaN, y: scores.at(-1)! - scores[middle + 1]! };
    })
    .filter(({ x, y }) => !Number.isNaN(x) && !Number.isNaN(y));
  const stratum = (own: typeof pairs): Stratum => ({ a: own.map(({ x }) => x), b: own.map(({ y }) => y) });
  const arms = [...new Set(pairs.map(({ arm }) => arm))].map((name) => stratum(pairs.filter(({ arm }) => arm === name)));
  return {
    measure: measure.name,
    gain: gain.name,
    runs: pairs.length,
    overall: correlation([stratum(pairs)]),
    within: correlation(arms),
  };
}

function correlation(strata: readonly Stratum[]): Correlation {
  return { r: correlationWithin(strata), p: chanceOfCorrelation(strata) };
}
