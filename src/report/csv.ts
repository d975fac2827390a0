import type { Run } from "./run.ts";
import { metricNames } from "./run_metrics.ts";

/** The metrics of runs as CSV (RFC 4180): a line for each step of each run, a column for each metric, empty where a step lacks it. */
export function metricsCsv(runs: readonly Run[], metrics: readonly string[] = metricNames(runs)): string {
  const lines = runs.flatMap(({ folder, metrics: steps }) =>
    steps.map((line) => [folder, line.step, ...metrics.map((name) => (line as Readonly<Record<string, unknown>>)[name])]),
  );
  return [["run", "step", ...metrics], ...lines].map((cells) => `${cells.map(cellOf).join(",")}\n`).join("");
}

function cellOf(value: unknown): string {
  const text = value === undefined || value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
