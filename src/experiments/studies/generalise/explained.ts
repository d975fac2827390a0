import jstat from "jstat";
import type { LongFindings, LongGroup, LongRun } from "../../framework/long/findings.ts";
import { SPREAD } from "../../framework/long/findings.ts";
import { curveOfRun, GREEDY, type Measure } from "../../framework/long/measures.ts";
import { rankCorrelation } from "../../framework/paired.ts";

const { studentt } = jstat.jStat;

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

/** How a measure at the middle of runs goes with what they gain after it. */
export interface Association {
  readonly measure: string;
  readonly gain: string;
  readonly runs: number;
  readonly correlation: number;
  /** Of Student's t with the correlation r: t = r sqrt((n - 2) / (1 - r^2)); NaN for fewer than four runs. */
  readonly p: number;
}

/** Every candidate against the later gain in greedy accuracy, on the task itself and on the others. Runs of all arms count alike. */
export function associations({ runs }: LongFindings, group: LongGroup): Association[] {
  const own = runs.filter((run) => run.group === group.group && run.steps.length >= 3);
  return [GREEDY, ...elsewhereOf(group)].flatMap((gain) => candidates.map((measure) => associate(own, group, measure, gain)));
}

function associate(runs: readonly LongRun[], group: LongGroup, measure: Measure, gain: Measure): Association {
  const pairs = runs
    .map((run) => {
      const middle = Math.floor(run.steps.length / 2);
      const scores = curveOfRun(group, run, gain);
      return { x: curveOfRun(group, run, measure)[middle] ?? Number.NaN, y: scores.at(-1)! - scores[middle]! };
    })
    .filter(({ x, y }) => !Number.isNaN(x) && !Number.isNaN(y));
  const correlation = rankCorrelation(
    pairs.map(({ x }) => x),
    pairs.map(({ y }) => y),
  );
  return { measure: measure.name, gain: gain.name, runs: pairs.length, correlation, p: probabilityOf(correlation, pairs.length) };
}

function probabilityOf(r: number, n: number): number {
  if (n < 4 || Number.isNaN(r)) return Number.NaN;
  if (Math.abs(r) === 1) return 0;
  return 2 * studentt.cdf(-Math.abs(r) * Math.sqrt((n - 2) / (1 - r * r)), n - 2);
}
