import { type Controller, createController } from "../../control/index.ts";
import type { Finding } from "../../report/findings.ts";
import type { Metrics } from "../../report/metrics.ts";
import { advantages } from "../advantages/index.ts";
import type { TrainConfig } from "../config/index.ts";

/** What a run was told, as far as diagnoses need it. */
export interface DiagnosticSettings {
  /** Whether a controller steers entropy towards `entropic/target`. */
  readonly holdsTarget: boolean;
  /** Whether alpha can differ from 0. */
  readonly usesAlpha: boolean;
  /** The controller's proportional-integral law; absent where it has none. */
  readonly gains: Controller["gains"];
  readonly gate: TrainConfig["entropy"]["gate"];
  readonly tau: number;
  /** Whether a group of equal rewards teaches nothing. */
  readonly comparesWithinGroups: boolean;
}

/** Looks at all steps so far, the last of them the newest; says what is wrong now, or nothing. */
export type Diagnosis = (history: readonly Metrics[], settings: DiagnosticSettings) => Omit<Finding, "name" | "step"> | undefined;

/** `controller`: the one of the configuration, or one's own. */
export function diagnosticSettings(
  { grpo, entropy }: Pick<TrainConfig, "grpo" | "entropy">,
  { holds, usesAlpha, gains }: Controller = createController(entropy),
): DiagnosticSettings {
  const { gate, tau } = entropy;
  const { comparesWithinGroups } = advantages[grpo.advantage];
  return { holdsTarget: holds.length > 0, usesAlpha, gains, gate, tau, comparesWithinGroups };
}
