import type { Finding } from "../../report/findings.ts";
import type { Metrics } from "../../report/metrics.ts";
import { comparesWithinGroups } from "../advantages/index.ts";
import type { TrainConfig } from "../config/index.ts";

/** What a run was told, as far as diagnoses need it. */
export interface DiagnosticSettings {
  /** Whether a controller steers entropy towards `entropic/target`. */
  readonly holdsTarget: boolean;
  /** Whether alpha can differ from 0. */
  readonly usesAlpha: boolean;
  readonly kp: number;
  readonly ki: number;
  readonly limit: number;
  readonly gate: TrainConfig["entropy"]["gate"];
  readonly tau: number;
  /** Whether a group of equal rewards teaches nothing. */
  readonly comparesWithinGroups: boolean;
}

/** Looks at all steps so far, the last of them the newest; says what is wrong now, or nothing. */
export type Diagnosis = (history: readonly Metrics[], settings: DiagnosticSettings) => Omit<Finding, "name" | "step"> | undefined;

export function diagnosticSettings({ grpo, entropy }: Pick<TrainConfig, "grpo" | "entropy">): DiagnosticSettings {
  const { controller, kp, ki, limit, gate, tau } = entropy;
  return {
    holdsTarget: controller !== "none" && controller !== "fixed",
    usesAlpha: controller !== "none",
    ...{ kp, ki, limit, gate, tau },
    comparesWithinGroups: comparesWithinGroups(grpo.advantage),
  };
}
