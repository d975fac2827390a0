import type { Metrics } from "../../report/metrics.ts";
import type { CellResult, CellResults } from "../study.ts";
import { cellName } from "./cells.ts";
import { type ArmsSettings, armNames, seedsOf } from "./settings.ts";

/** What an evaluation measured, before or after training. */
export interface Score {
  readonly passAt1: number;
  readonly passAtK: number;
  readonly greedy: number;
}

/** One training run; one entry a step in each list. */
export interface ArmRun {
  readonly arm: string;
  readonly seed: number;
  /** The entropy that the arm's controller was to hold, or the other arms' where it has none: what the offset is measured from. */
  readonly target: number;
  readonly entropy: readonly number[];
  readonly alpha: readonly number[];
  readonly reward: readonly number[];
  /** Over the last half: share of tokens that alpha weighs, of steps with alpha at its limit, of groups with equal rewards. */
  readonly gated: number;
  readonly saturated: number;
  readonly equalGroups: number;
  readonly before: Score;
  readonly after: Score;
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
  const runs = seedsOf(settings).flatMap((seed) => armNames(settings).map((arm) => runOf(arm, seed, results.get(cellName(seed, arm))!)));
  const first = results.values().next().value as CellResult;
  return { k: first.config.eval.completions, runs };
}

function runOf(arm: string, seed: number, { config, metrics }: CellResult): ArmRun {
  const steps = metrics.filter(({ step }) => step > 0);
  const late = steps.slice(-Math.ceil(steps.length / 2));
  const mean = (name: keyof Metrics & string): number => round(meanOf(late.map((line) => Number(line[name]))));
  const series = (name: keyof Metrics & string): number[] => steps.map((line) => round(Number(line[name])));
  const k = config.eval.completions;
  const { target } = config.entropy;
  return {
    arm,
    seed,
    target: typeof target === "number" ? target : round(Number(metrics.at(-1)!["entropic/target"])),
    entropy: series("entropy"),
    alpha: series("entropic/alpha"),
    reward: series("reward"),
    gated: mean("entropic/gated_fraction"),
    saturated: mean("entropic/saturated"),
    equalGroups: mean("frac_reward_zero_std"),
    before: scoreOf(metrics[0]!, k),
    after: scoreOf(metrics.at(-1)!, k),
    seconds: round(steps.reduce((sum, line) => sum + Number(line.step_time ?? 0), 0)),
  };
}

function scoreOf(metrics: Metrics, k: number): Score {
  const value = (name: string): number => round(Number((metrics as Readonly<Record<string, unknown>>)[name] ?? Number.NaN));
  return { passAt1: value("eval/pass@1"), passAtK: value(`eval/pass@${k}`), greedy: value("eval/greedy") };
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Five digits: what a report needs, and a third of the bytes. */
function round(value: number): number {
  return Number(value.toPrecision(5));
}
