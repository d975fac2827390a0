import type { Metrics } from "../../../report/metrics.ts";
import { authorityOf, beforeAndAfter, type OpenLoopRun } from "../../framework/authority.ts";
import type { CellResults } from "../../framework/cell.ts";
import { fiveDigits } from "../../framework/numbers.ts";
import { seedsOf } from "../../framework/seeds.ts";
import { averageOf, lastPart, seriesOf, trainingSteps } from "../../framework/series.ts";
import { closedLoopName, type Loop, measuredGains, openLoopName, type Regime, regimes, signAlphas, signName } from "./cells.ts";
import type { ToySettings } from "./settings.ts";

export interface FixedAlphaRun extends OpenLoopRun {
  readonly seed: number;
  /** Entropy of each step's rollout, before its update. */
  readonly entropy: readonly number[];
}

/** A run of many steps with or without control. Lists have one entry for each step. */
export interface ClosedLoopRun {
  readonly seed: number;
  readonly regime: Regime;
  readonly loop: Loop;
  readonly target?: number;
  readonly entropy: readonly number[];
  readonly alpha: readonly number[];
  readonly reward: readonly number[];
  /** Shares over the last fifth: groups with equal rewards, tokens that alpha weighs, steps with alpha at its limit. */
  readonly equalGroups: number;
  readonly gated: number;
  readonly saturated: number;
}

/** What summary.json keeps of the runs. */
export interface ToyFindings {
  readonly gains: { readonly authority: number; readonly drift: number; readonly kp: number; readonly ki: number };
  /** Authority and drift per seed. */
  readonly plants: readonly { readonly seed: number; readonly authority: number; readonly drift: number }[];
  readonly oneStep: readonly FixedAlphaRun[];
  readonly openLoop: readonly FixedAlphaRun[];
  readonly closedLoop: readonly ClosedLoopRun[];
}

export function toyFindings(settings: ToySettings, results: CellResults): ToyFindings {
  const seeds = seedsOf(settings);
  const metricsOf = (name: string): readonly Metrics[] => results.get(name)!.metrics;
  const fixed = (seed: number, alpha: number, name: string): FixedAlphaRun => {
    const metrics = metricsOf(name);
    return { seed, alpha, ...rounded(beforeAndAfter(metrics)), steps: metrics.at(-1)!.step, entropy: seriesOf(metrics, "entropy") };
  };
  const openLoop = seeds.flatMap((seed) => settings.openLoop.alphas.map((alpha) => fixed(seed, alpha, openLoopName(seed, alpha))));
  return {
    gains: measuredGains(settings, results),
    plants: seeds.map((seed) => ({ seed, ...rounded(authorityOf(openLoop.filter((run) => run.seed === seed))) })),
    oneStep: seeds.flatMap((seed) => signAlphas(settings.entropy.limit).map((alpha) => fixed(seed, alpha, signName(seed, alpha)))),
    openLoop,
    closedLoop: seeds.flatMap((seed) => regimes.flatMap((regime) => closedLoopRuns(settings, seed, regime, metricsOf))),
  };
}

function closedLoopRuns(
  settings: ToySettings,
  seed: number,
  regime: Regime,
  metricsOf: (name: string) => readonly Metrics[],
): ClosedLoopRun[] {
  const run = (loop: Loop, target?: number): ClosedLoopRun => {
    const metrics = metricsOf(closedLoopName(seed, regime, loop, target));
    const late = lastPart(trainingSteps(metrics), 5);
    return {
      seed,
      regime,
      loop,
      ...(target === undefined ? {} : { target }),
      entropy: seriesOf(metrics, "entropy"),
      alpha: seriesOf(metrics, "entropic/alpha"),
      reward: seriesOf(metrics, "reward"),
      equalGroups: averageOf(late, "frac_reward_zero_std"),
      gated: averageOf(late, "entropic/gated_fraction"),
      saturated: averageOf(late, "entropic/saturated"),
    };
  };
  return [run("none"), ...settings.targets.flatMap((target) => [run("p", target), run("pi", target)])];
}

function rounded<Fields extends Record<string, number>>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, fiveDigits(value)])) as Fields;
}
