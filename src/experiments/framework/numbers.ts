import { meanInterval } from "../../report/statistics.ts";

/** "0.412 ± 0.021": the mean and half of its 95 % interval. */
export function interval(values: readonly number[], { sign = false, digits = 3 } = {}): string {
  const { mean, high } = meanInterval(values);
  const shown = `${sign && mean >= 0 ? "+" : ""}${mean.toFixed(digits)}`;
  return values.length > 1 ? `${shown} ± ${(high - mean).toFixed(digits)}` : shown;
}

export function signedPercent(share: number): string {
  return `${share >= 0 ? "+" : ""}${(100 * share).toFixed(1)} %`;
}

/** "p = 0.012", "p < 0.0001". */
export function probability(p: number): string {
  return p < 1e-4 ? "p < 0.0001" : `p = ${p.toFixed(p < 0.01 ? 4 : 3)}`;
}
