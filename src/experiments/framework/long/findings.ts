import type { Metrics } from "../../../report/metrics.ts";
import { mean } from "../../../report/statistics.ts";
import { cellName, searchNames } from "../arms/cells.ts";
import { bestOf, matchedName, scoresOf } from "../arms/search.ts";
import { type ArmsSettings, armNames, groupNames } from "../arms/settings.ts";
import type { CellResult, CellResults } from "../cell.ts";
import { fiveDigits } from "../numbers.ts";
import { seedsOf } from "../seeds.ts";
import { trainingSteps } from "../series.ts";

/** A number of an evaluation; null where it was not measured, such as an entropy that could not be reached. */
type Measured = number | null;

/** One long training run. */
export interface LongRun {
  readonly group: string;
  readonly arm: string;
  readonly seed: number;
  /** The steps after which it was evaluated, thinned. The first is 0. */
  readonly steps: readonly number[];
  /** For each of the group's `curves` its values at these steps. */
  readonly curves: readonly (readonly Measured[])[];
  /** For each of the group's `measures` its value after the last step. */
  readonly after: readonly Measured[];
  /** Some steps of training, with the entropy and the alpha of each. */
  readonly training: { readonly steps: readonly number[]; readonly entropy: readonly number[]; readonly alpha: readonly number[] };
  /** Wall-clock time of training, without evaluations. */
  readonly seconds: number;
}

/** What was measured in a group: everything after training, and some of it along the run. */
export interface LongGroup {
  readonly group: string;
  readonly measures: readonly string[];
  readonly curves: readonly string[];
  /** The start, one value for each of `measures`. */
  readonly before: readonly Measured[];
  /** The metric of entropy-matched pass@1; null where the evaluation has no common entropy. */
  readonly matched: string | null;
  /** Held-out problems of an evaluation, and completions of each. */
  readonly problems: number;
  readonly completions: number;
}

/** What the search found for an arm: the mean score of each setting. */
export interface Searched {
  readonly group: string;
  readonly arm: string;
  readonly scores: readonly number[];
  /** The setting that the arm took, from 0 on. */
  readonly best: number;
}

export interface LongFindings {
  readonly groups: readonly LongGroup[];
  readonly searched: readonly Searched[];
  readonly runs: readonly LongRun[];
}

/** So many evaluations and so many steps of training are kept of a run. */
const MOST_EVALUATIONS = 16;
const MOST_STEPS = 40;

/** What is kept along the run; pass@k of all k, and what a study's probe measures, besides. */
export const ALONG =
  /^(train\/spread|eval\/(greedy|entropy|distinct|solved|ever_solved|pass@\d+|H[\d.]+\/pass@1)|eval\/[^/]+\/greedy|probe\/.+)$/;
/** What is kept of the last evaluation. */
export const AFTER = /^(eval|train|probe)\/(?!.*_se$)/;

export function longFindings(settings: ArmsSettings, results: CellResults): LongFindings {
  const present = groupNames(settings).map((group) => ({ group, cells: cellsOf(settings, group, results) }));
  const shown = present.filter(({ cells }) => cells.length > 0);
  const groups = shown.map(({ group, cells }) =>
    groupOf(
      group,
      cells.map(({ result }) => result),
    ),
  );
  return {
    groups,
    searched: groupNames(settings).flatMap((group) => armNames(settings).flatMap((arm) => searchedOf(settings, { group, arm }, results))),
    runs: shown.flatMap(({ cells }, i) => cells.map(({ arm, seed, result }) => runOf(groups[i]!, { arm, seed }, result))),
  };
}

interface Complete {
  readonly arm: string;
  readonly seed: number;
  readonly result: CellResult;
}

function cellsOf(settings: ArmsSettings, group: string, results: CellResults): Complete[] {
  return seedsOf(settings).flatMap((seed) =>
    armNames(settings).flatMap((arm) => {
      const result = results.get(cellName(seed, arm, group));
      return result ? [{ arm, seed, result }] : [];
    }),
  );
}

function searchedOf(settings: ArmsSettings, place: { group: string; arm: string }, results: CellResults): Searched[] {
  const tried = searchNames(settings, place);
  if (tried.length === 0 || !tried.flat().every((name) => results.has(name))) return [];
  const scores = scoresOf(tried, results).map(fiveDigits);
  return [{ ...place, scores, best: bestOf(scores) }];
}

function groupOf(group: string, results: readonly CellResult[]): LongGroup {
  const { config, metrics } = results[0]!;
  // An entropy that one run could not reach may have been reached by others.
  const names = [
    ...new Set(results.flatMap((result) => [...Object.keys(result.metrics[0]!), ...Object.keys(result.metrics.at(-1)!)])),
  ].filter((name) => name !== SPREAD);
  const measures = names.filter((name) => AFTER.test(name));
  const { prompts, completions } = config.eval;
  return {
    group,
    measures,
    curves: [...names.filter((name) => ALONG.test(name)), SPREAD],
    before: valuesOf(metrics[0]!, measures),
    matched: matchedName(config) ?? null,
    problems: prompts,
    completions,
  };
}

function runOf({ group, measures, curves }: LongGroup, own: { arm: string; seed: number }, { metrics }: CellResult): LongRun {
  const evaluated = evaluationsOf(metrics);
  const training = keptSteps(metrics);
  const seriesOf = (name: "entropy" | "entropic/alpha"): number[] => training.map((line) => fiveDigits(Number(line[name] ?? 0)));
  return {
    group,
    ...own,
    steps: evaluated.map(({ step }) => step),
    curves: curves.map((name) => evaluated.map((line) => valuesOf(line, [name])[0]!)),
    after: valuesOf(metrics.at(-1)!, measures),
    training: { steps: training.map(({ step }) => step), entropy: seriesOf("entropy"), alpha: seriesOf("entropic/alpha") },
    seconds: fiveDigits(secondsOf(metrics)),
  };
}

/** The evaluations of a run that are kept, each with the share of groups that taught since the one before. */
export function evaluationsOf(metrics: readonly Metrics[]): Metrics[] {
  return thinned(
    withSpread(metrics).filter((line) => line["eval/pass@1"] !== undefined),
    MOST_EVALUATIONS,
  );
}

/** The lines that tell of a step of training: all but the first, and in a run that was reduced fewer. */
function trainedSteps(metrics: readonly Metrics[]): Metrics[] {
  return trainingSteps(metrics).filter(({ entropy }) => entropy !== undefined);
}

/** The steps of which entropy and alpha are kept. */
export function keptSteps(metrics: readonly Metrics[]): Metrics[] {
  return thinned(trainedSteps(metrics), MOST_STEPS);
}

/** Wall-clock time of training, without evaluations. */
export function secondsOf(metrics: readonly Metrics[]): number {
  return trainedSteps(metrics).reduce((sum, line) => sum + Number(line.step_time ?? 0), 0);
}

/** The share of groups with differing rewards, the only ones that teach, over the steps since the evaluation before. */
export const SPREAD = "train/spread";

function withSpread(metrics: readonly Metrics[]): Metrics[] {
  let shares: number[] = [];
  return metrics.map((line) => {
    if (line.frac_reward_zero_std !== undefined) shares.push(1 - line.frac_reward_zero_std);
    if (line["eval/pass@1"] === undefined || shares.length === 0) return line; // a run that was reduced has the share already
    const spread = mean(shares);
    shares = [];
    return { ...line, [SPREAD]: spread };
  });
}

/** Values with four digits, which is more than an evaluation can tell apart. */
function valuesOf(line: Metrics, names: readonly string[]): Measured[] {
  const values: Readonly<Record<string, unknown>> = line;
  return names.map((name) => (typeof values[name] === "number" ? Number(values[name].toPrecision(4)) : null));
}

/** At most so many items, evenly spread, with the first and the last. */
export function thinned<Item>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))]!);
}
