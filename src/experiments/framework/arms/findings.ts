import type { Metrics } from "../../../report/metrics.ts";
import { createDiagnostics, diagnosticSettings } from "../../../rl/diagnostics/index.ts";
import type { CellResult, CellResults } from "../cell.ts";
import { fiveDigits } from "../numbers.ts";
import { seedsOf } from "../seeds.ts";
import { averageOf, lastPart, seriesOf, trainingSteps } from "../series.ts";
import { cellName } from "./cells.ts";
import { type ArmsSettings, armNames, groupNames } from "./settings.ts";

/** What an evaluation measured, before or after training. */
export interface Score {
  readonly passAt1: number;
  readonly passAtK: number;
  readonly greedy: number;
  /** Different right answers to a problem among k; null where a run did not count them. */
  readonly distinct: number | null;
}

/** One training run. Lists have one entry for each step. */
export interface ArmRun {
  readonly group: string;
  readonly arm: string;
  readonly seed: number;
  /** The entropy that offsets are measured from: the arm's target, or the one that it shares with controlled arms; null where there is none. */
  readonly target: number | null;
  readonly entropy: readonly number[];
  readonly alpha: readonly number[];
  readonly reward: readonly number[];
  /** Shares over the last half: tokens that alpha weighs, steps with alpha at its limit, groups with equal rewards. */
  readonly gated: number;
  readonly saturated: number;
  readonly equalGroups: number;
  readonly before: Score;
  readonly after: Score;
  /** Scores on other tasks by name. */
  readonly elsewhere: Readonly<Record<string, { readonly before: Score; readonly after: Score }>>;
  /** Names of what the diagnostics found in the run; absent where they did not watch it. */
  readonly diagnoses?: readonly string[];
  /** The entropy of each tag's tokens in every step, where the setting `byTag` asks for it. */
  readonly tags?: Readonly<Record<string, readonly number[]>>;
  /** Wall-clock time of the training steps. */
  readonly seconds: number;
}

/** What summary.json keeps of the runs. */
export interface ArmsFindings {
  /** The k of pass@k. */
  readonly k: number;
  readonly runs: readonly ArmRun[];
}

export function armsFindings(settings: ArmsSettings, results: CellResults): ArmsFindings {
  const runs = seedsOf(settings).flatMap((seed) =>
    groupNames(settings).flatMap((group) =>
      armNames(settings).flatMap((arm) => {
        const result = results.get(cellName(seed, arm, group));
        if (!result) return [];
        return [{ group, arm, seed, ...measure(result), ...(settings.byTag && { tags: tagsOf(result) }) }];
      }),
    ),
  );
  const first = results.values().next().value as CellResult;
  return { k: first.config.eval.completions, runs };
}

/**
 * The settings without what has no runs yet, so that a report shows what there is: groups without any run, and arms that lack one in a group
 * that is shown.
 */
export function settingsShown(settings: ArmsSettings, { runs }: ArmsFindings): ArmsSettings {
  const groups = groupNames(settings).filter((name) => runs.some(({ group }) => group === name));
  const isShown = (name: string): boolean => groups.every((group) => runs.some((run) => run.group === group && run.arm === name));
  const part = <Value>(record: Readonly<Record<string, Value>>, names: (name: string) => boolean): Record<string, Value> =>
    Object.fromEntries(Object.entries(record).filter(([name]) => names(name)));
  const arms = part(settings.arms, isShown);
  return {
    ...settings,
    ...(settings.groups && { groups: part(settings.groups, (name) => groups.includes(name)) }),
    arms: Object.keys(arms).length > 0 ? arms : settings.arms,
  };
}

/** The runs of one group, as findings of their own. */
export function ofGroup({ k, runs }: ArmsFindings, group: string): ArmsFindings {
  return { k, runs: runs.filter((run) => run.group === group) };
}

type Measured = Omit<ArmRun, "group" | "arm" | "seed" | "tags">;

function measure({ config, metrics }: CellResult): Measured {
  const steps = trainingSteps(metrics);
  const late = lastPart(steps, 2);
  const k = config.eval.completions;
  const [first, last] = [metrics[0]!, metrics.at(-1)!];
  const scored = (prefix: string) => ({ before: scoreOf(first, k, prefix), after: scoreOf(last, k, prefix) });
  return {
    target: targetOf(config, averageOf(late, "entropic/target")),
    entropy: seriesOf(steps, "entropy"),
    alpha: seriesOf(steps, "entropic/alpha"),
    reward: seriesOf(steps, "reward"),
    gated: averageOf(late, "entropic/gated_fraction"),
    saturated: averageOf(late, "entropic/saturated"),
    equalGroups: averageOf(late, "frac_reward_zero_std"),
    ...scored("eval"),
    elsewhere: Object.fromEntries(elsewhereNames(last).map((name) => [name, scored(`eval/${name}`)])),
    diagnoses: diagnosesOf(config, steps),
    seconds: fiveDigits(steps.reduce((sum, line) => sum + Number(line.step_time ?? 0), 0)),
  };
}

/** What the controller held on average over the last half. A run whose controller held nothing is measured against the target of its settings. */
function targetOf({ entropy: { target } }: CellResult["config"], held: number): number | null {
  if (held > 0) return held;
  return typeof target === "number" ? target : null;
}

function scoreOf(metrics: Metrics, k: number, prefix: string): Score {
  const named: Readonly<Record<string, unknown>> = metrics;
  const value = (name: string): number => fiveDigits(Number(named[`${prefix}/${name}`] ?? Number.NaN));
  const distinct = named[`${prefix}/distinct`] === undefined ? null : value("distinct");
  return { passAt1: value("pass@1"), passAtK: value(`pass@${k}`), greedy: value("greedy"), distinct };
}

/** Parts of an evaluation of the run's own task: at another temperature, at a common entropy, of the problems with a tag. */
const OF_THE_TASK = /^(T[\d.]+|H[\d.]+|tags\/.+)$/;

function elsewhereNames(metrics: Metrics): string[] {
  const names = Object.keys(metrics).flatMap((name) => /^eval\/(.+)\/pass@1$/.exec(name)?.[1] ?? []);
  return names.filter((name) => !OF_THE_TASK.test(name));
}

/** What the diagnostics of `train` say of these steps. */
function diagnosesOf(config: CellResult["config"], steps: readonly Metrics[]): string[] {
  const diagnostics = createDiagnostics(diagnosticSettings(config));
  return [...new Set(steps.flatMap((line) => diagnostics.observe(line)).map(({ name }) => name))].sort();
}

function tagsOf({ metrics }: CellResult): Record<string, number[]> {
  const names = new Set(metrics.flatMap((line) => Object.keys(line)).flatMap((name) => /^tags\/(.+)\/entropy$/.exec(name)?.[1] ?? []));
  return Object.fromEntries([...names].sort().map((tag) => [tag, seriesOf(metrics, `tags/${tag}/entropy`)]));
}
