import { metricNames } from "./plots.js";
/** The metrics of runs as CSV (RFC 4180): a line for each step of each run, a column for each metric, empty where a step lacks it. */
export function metricsCsv(runs, metrics = metricNames(runs)) {
    const lines = runs.flatMap(({ folder, metrics: steps }) => steps.map((line) => [folder, line.step, ...metrics.map((name) => line[name])]));
    return [["run", "step", ...metrics], ...lines].map((cells) => `${cells.map(cellOf).join(",")}\n`).join("");
}
function cellOf(value) {
    const text = value === undefined || value === null ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
