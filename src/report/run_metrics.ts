import type { MetricName } from "./metrics.ts";
import type { Run } from "./run.ts";
import type { Point } from "./statistics.ts";

/** The names of the metrics that any of the runs has, in alphabetical order. */
export function metricNames(runs: readonly Run[]): string[] {
  const names = new Set(runs.flatMap(({ metrics }) => metrics.flatMap((line) => Object.keys(line))));
  return [...names].filter((name) => name !== "step").sort();
}

/** The values of one metric over the steps, without steps that lack it. */
export function metricPoints(run: Run, metric: MetricName): Point[] {
  return run.metrics.flatMap(({ step, [metric]: y }) => (typeof y === "number" && Number.isFinite(y) ? [{ x: step, y }] : []));
}
