import { appendDiagnostics, readMetrics } from "../io/run_folder.ts";
import { type Finding, formatFinding, formatFindings } from "../report/findings.ts";
import type { Metrics } from "../report/metrics.ts";
import { loadFindings } from "../report/run.ts";
import type { TrainConfig } from "../rl/config/index.ts";
import { createDiagnostics, diagnosticSettings } from "../rl/diagnostics/index.ts";
import { readChanges } from "./run_config.ts";

/** Takes each step's metrics, writes what is wrong into diagnostics.jsonl, and shows it. */
export type RunDiagnosis = (metrics: Metrics, show: (text: string) => void) => Promise<readonly Finding[]>;

/** Diagnoses a run step by step. For a run that is resumed after `step` steps it first looks at those in metrics.jsonl. */
export async function diagnoseRun(config: TrainConfig, step: number): Promise<RunDiagnosis> {
  const { dir } = config.output;
  const diagnostics = createDiagnostics(diagnosticSettings(config));
  if (step > 0) {
    // The line of step 0 is the evaluation before training, which is no step.
    const since = Math.max(0, await lastEntropyChange(dir));
    for (const earlier of await readMetrics(dir)) if (earlier.step > since) diagnostics.observe(earlier as Metrics);
  }
  return async (metrics, show) => {
    const findings = diagnostics.observe(metrics);
    await appendDiagnostics(dir, findings);
    for (const finding of findings) show(formatFinding(finding));
    return findings;
  };
}

/** The step after which a resume last changed how entropy is controlled. Steps before it are not judged by the settings of today. */
async function lastEntropyChange(dir: string): Promise<number> {
  const changes = await readChanges(dir);
  return Math.max(0, ...changes.filter(({ option }) => option.startsWith("entropy.")).map(({ after }) => after));
}

/** The findings as text for the end of a run; empty where there are none. */
export async function findingsSummary(dir: string): Promise<string> {
  const text = formatFindings(await loadFindings(dir));
  return text === "" ? "" : `diagnostics (${dir}/diagnostics.jsonl):\n${text}\n\n`;
}
