import type { Gains } from "../../control/define.ts";
import type { Metrics } from "../../report/metrics.ts";

export { deviation, mean } from "../../report/statistics.ts";

/** A metric's finite values over the last `count` steps; an empty list where the run is shorter or some step lacks the metric. */
export function lastValues(history: readonly Metrics[], metric: Exclude<keyof Metrics, "step">, count: number): number[] {
  const values = history.slice(-count).map((metrics) => metrics[metric]);
  return history.length >= count && values.every(isFiniteNumber) ? values : [];
}

/** The gains that act now; undefined where there is no such law, and while an experiment still looks for them. */
export function gainsNow(history: readonly Metrics[], gains: Gains | undefined): Gains | undefined {
  const { "entropic/authority": authority, "entropic/kp": kp, "entropic/ki": ki } = history.at(-1) ?? {};
  if (!gains?.found) return gains;
  return authority && isFiniteNumber(kp) && isFiniteNumber(ki) ? { ...gains, kp, ki } : undefined;
}

/** Whether a schedule has begun to take control away, so that entropy may go where it likes. */
export function letsGo(metrics: Metrics): boolean {
  return (metrics["entropic/released"] ?? 0) > 0;
}

export function isFiniteNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** A number in a message: three decimals, or three digits where it is large. */
export function figure(value: number): string {
  return Math.abs(value) >= 10 ? String(Number(value.toPrecision(3))) : String(Number(value.toFixed(3)));
}

export function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
