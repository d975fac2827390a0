import { type Controller, createController } from "../../control/index.ts";
import type { Finding } from "../../report/findings.ts";
import type { Metrics } from "../../report/metrics.ts";
import { advantages } from "../advantages/index.ts";
import type { TrainConfig } from "../config/index.ts";

/** What diagnoses need to know of a run's settings. */
export interface DiagnosticSettings {
  /** Whether a controller steers entropy towards `entropic/target`. */
  readonly holdsTarget: boolean;
  /** Whether alpha can differ from 0, whatever it moves. */
  readonly hasAlpha: boolean;
  /** Whether it can, and acts on the tokens that the gate lets through. */
  readonly usesAlpha: boolean;
  /** The controller's proportional-integral law; absent where it has none. */
  readonly gains: Controller["gains"];
  /** Whether entropy may lie above the target, because control acts only below it. */
  readonly isFloor: boolean;
  readonly gate: TrainConfig["entropy"]["gate"];
  readonly tau: number;
  /** Whether a group of equal rewards teaches nothing. */
  readonly comparesWithinGroups: boolean;
}

/** Looks at all steps so far, the newest last. Returns what is wrong now, or undefined. */
export type Diagnosis = (history: readonly Metrics[], settings: DiagnosticSettings) => Omit<Finding, "name" | "step"> | undefined;

/** The settings of a run. `controller` is the configuration's, unless a user's own is given. */
export function diagnosticSettings(
  { grpo, entropy }: Pick<TrainConfig, "grpo" | "entropy">,
  { holds, usesAlpha: hasAlpha, lever, gains, isFloor = false }: Controller = createController(entropy),
): DiagnosticSettings {
  const { gate, tau } = entropy;
  // gdpo compares each reward function by itself, and groups of equal sums may teach.
  const comparesWithinGroups = advantages[grpo.advantage].comparesWithinGroups && grpo.advantage !== "gdpo";
  const usesAlpha = hasAlpha && !lever;
  return { holdsTarget: holds.length > 0, hasAlpha, usesAlpha, gains, isFloor, gate, tau, comparesWithinGroups };
}
