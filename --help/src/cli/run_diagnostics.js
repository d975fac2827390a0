import { appendDiagnostics, readMetrics } from "../io/run_folder.js";
import { formatFinding, formatFindings } from "../report/findings.js";
import { loadFindings } from "../report/run.js";
import { createDiagnostics, diagnosticSettings } from "../rl/diagnostics/index.js";
import { readRunConfig } from "./run_config.js";
/** Diagnoses a run step by step. For a run that is resumed after `step` steps it first looks at those in metrics.jsonl. */
export async function diagnoseRun(config, step) {
    const { dir } = config.output;
    const diagnostics = createDiagnostics(diagnosticSettings(config));
    if (step > 0) {
        // The line of step 0 is the evaluation before training, which is no step.
        const since = Math.max(0, await lastEntropyChange(dir));
        for (const earlier of await readMetrics(dir))
            if (earlier.step > since)
                diagnostics.observe(earlier);
    }
    return async (metrics, show) => {
        const findings = diagnostics.observe(metrics);
        await appendDiagnostics(dir, findings);
        for (const finding of findings)
            show(formatFinding(finding));
        return findings;
    };
}
/** The step after which a resume last changed how entropy is controlled. Steps before it are not judged by the settings of today. */
async function lastEntropyChange(dir) {
    const { changes } = await readRunConfig(dir);
    return Math.max(0, ...changes.filter(({ option }) => option.startsWith("entropy.")).map(({ after }) => after));
}
/** The findings as text for the end of a run; empty where there are none. */
export async function findingsSummary(dir) {
    const text = formatFindings(await loadFindings(dir));
    return text === "" ? "" : `diagnostics (${dir}/diagnostics.jsonl):\n${text}\n\n`;
}
