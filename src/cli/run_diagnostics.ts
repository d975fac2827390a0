import { appendDiagnostics, readMetrics } from "../io/run_folder.ts";
import { type Finding, formatFinding, formatFindings } from "../report/findings.ts";
import type { Metrics } from "../report/metrics.ts";
import { loadFindings } from "../report/run.ts";
import type { TrainConfig } from "../rl/config/index.ts";
import { createDiagnostics, diagnosticSettings } from "../rl/diagnostics/index.ts";

/** Takes each step's metrics, writes what is wrong into diagnostics.jsonl, and shows it. */
export type RunDiagnosis = (metrics: Metrics, show: (text: string) => void) => Promise<readonly Finding[]>;

/** Diagnoses a run step by step. For a run that is resumed after `step` steps it first looks at those in metrics.jsonl. */
export async function diagnoseRun(config: TrainConfig, step: number): Promise<RunDiagnosis> {
  const { dir } = config.output;
  const diagnostics = createDiagnostics(diagnosticSettings(config));
  // The line of step 0 is the evaluation before training, which is no step.
  const earlier = step > 0 ? (await readMetrics(dir)).filter((line) => line.step > 0) : [];
  for (const line of earlier) diagnostics.observe(line as Metrics);
  return async (metrics, show) => {
    const findings = diagnostics.observe(metrics);
    await appendDiagnostics(dir, findings);
    for (const finding of findings) show(formatFinding(finding));
    return findings;
  };
}

/** The findings as text for the end of a run; empty where there are none. */
export async function findingsSummary(dir: string): Promise<string> {
  const text = formatFindings(await loadFindings(dir));
  return text === "" ? "" : `diagnostics (${dir}/diagnostics.jsonl):\n${text}\n\n`;
}
