import type { Finding } from "../../src/report/findings.ts";
import type { Metrics } from "../../src/report/metrics.ts";
import { createDiagnostics, type DiagnosticSettings } from "../../src/rl/diagnostics/index.ts";
import { settings } from "./entropy_plant.ts";

/** All findings of a run, with the settings of the entropy plant but for those that are changed. */
export function diagnose(history: readonly Metrics[], changed: Partial<DiagnosticSettings> = {}): Finding[] {
  const { observe } = createDiagnostics({ ...settings, ...changed });
  return history.flatMap(observe);
}

/** What was found, each name once. */
export const namesOf = (findings: readonly Finding[]): string[] => [...new Set(findings.map(({ name }) => name))].sort();

/** Steps that all measure the same. */
export const flat = (length: number, values: Omit<Metrics, "step">): Metrics[] =>
  Array.from({ length }, (_, i) => ({ step: i + 1, ...values }));
