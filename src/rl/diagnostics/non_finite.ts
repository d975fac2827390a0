import type { Metrics } from "../../report/metrics.ts";
import type { Diagnosis } from "./contract.ts";
import { isFiniteNumber } from "./window.ts";

const WATCHED = ["loss", "grad_norm", "entropy"] as const;
const WINDOW = 10;
/** One bad batch in ten steps can happen. With this many the run itself is broken. */
const MANY = 3;

/**
 * A step with numbers that are not finite. Where a gradient is among them, or what AdamW would make of it, the optimiser leaves parameters and
 * moments as they were.
 */
export const nonFinite: Diagnosis = (history) => {
  const last = history.slice(-WINDOW);
  const broken = last.map((metrics, i) => brokenIn(metrics, history[history.length - last.length + i - 1]));
  const now = broken.at(-1) ?? [];
  if (now.length === 0) return undefined;
  const count = broken.filter((names) => names.length > 0).length;
  const skipped = now.includes("grad_norm") || skippedIn(history.at(-1)!, history.at(-2)) ? "; the step changed no parameter" : "";
  return {
    severity: count >= MANY ? "error" : "warning",
    message: `${now.join(", ")} ${now.length > 1 ? "are" : "is"} not finite (${count} of the last ${broken.length} steps)${skipped}`,
    advice: "lower grpo.learningRate if it goes on; `train CONFIG --debug-nan` names the first kernel that writes such a number",
  };
};

/** What is not finite in a step. JSON has no NaN, so a NaN that is read back from metrics.jsonl is null. */
function brokenIn(metrics: Metrics, before: Metrics | undefined): string[] {
  const names = WATCHED.filter((name) => metrics[name] !== undefined && !isFiniteNumber(metrics[name]));
  return names.length === 0 && skippedIn(metrics, before) ? ["AdamW's update"] : names;
}

/** The count is that of the whole run, of which a history may lack the beginning. */
function skippedIn(metrics: Metrics, before: Metrics | undefined): boolean {
  if (!before && metrics.step !== 1) return false;
  return (metrics.skipped_steps ?? 0) > (before?.skipped_steps ?? 0);
}
