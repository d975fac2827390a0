import type { Metrics } from "../../../report/metrics.ts";
import { authorityOf, beforeAndAfter } from "../../framework/authority.ts";
import type { CellResults } from "../../framework/cell.ts";
import { fiveDigits } from "../../framework/numbers.ts";
import { seriesOf } from "../../framework/series.ts";
import { automaticName, freeName, gridName, openLoopName, targetOf } from "./cells.ts";
import { type GainsSettings, type Plant, plantsOf } from "./settings.ts";

/** A controlled run. Lists have one entry for each step. */
export interface GainsRun {
  readonly kp: number;
  readonly ki: number;
  readonly entropy: readonly number[];
  readonly alpha: readonly number[];
}

/** Everything measured of one size under one gate with one seed. */
export interface PlantFindings extends Plant {
  /** Entropy of the start, and the target, in nats. */
  readonly start: number;
  readonly target: number;
  /** The fall of entropy in a step that alpha 1 adds, and the change of entropy in a step at alpha 0. */
  readonly authority: number;
  readonly drift: number;
  readonly free: GainsRun;
  readonly grid: readonly GainsRun[];
  /** The run with automatic gains; kp and ki are those that it found. */
  readonly automatic: GainsRun & { readonly authority: number };
}

export interface GainsFindings {
  readonly plants: readonly PlantFindings[];
}

export function gainsFindings(settings: GainsSettings, results: CellResults): GainsFindings {
  return { plants: plantsOf(settings).map((plant) => plantFindings(settings, plant, results)) };
}

function plantFindings(settings: GainsSettings, plant: Plant, results: CellResults): PlantFindings {
  const metricsOf = (name: string): readonly Metrics[] => results.get(name)!.metrics;
  const { openLoop, kp, kiRatios } = settings;
  const { authority, drift } = authorityOf(
    openLoop.alphas.map((alpha) => ({ alpha, ...beforeAndAfter(metricsOf(openLoopName(plant, alpha))), steps: openLoop.steps })),
  );
  const automatic = metricsOf(automaticName(plant));
  const found = automatic.at(-1)!;
  return {
    ...plant,
    start: fiveDigits(metricsOf(freeName(plant))[0]!["eval/entropy"]!),
    target: targetOf(settings, plant, results),
    authority: fiveDigits(authority),
    drift: fiveDigits(drift),
    free: runOf(metricsOf(freeName(plant)), 0, 0),
    grid: kp.flatMap((gain) => kiRatios.map((ratio) => runOf(metricsOf(gridName(plant, gain, ratio)), gain, gain * ratio))),
    automatic: {
      ...runOf(automatic, fiveDigits(found["entropic/kp"]!), fiveDigits(found["entropic/ki"]!)),
      authority: fiveDigits(found["entropic/authority"]!),
    },
  };
}

function runOf(metrics: readonly Metrics[], kp: number, ki: number): GainsRun {
  return { kp, ki, entropy: seriesOf(metrics, "entropy"), alpha: seriesOf(metrics, "entropic/alpha") };
}
