import jstat from "jstat";
import { mean, variance } from "../../report/statistics.ts";
import { probability, signed } from "./numbers.ts";

const { studentt } = jstat.jStat;

/** How far two arms differ over the seeds that both were trained with. */
export interface PairedTest {
  /** Seeds. */
  readonly n: number;
  readonly mean: number;
  /** The 95 % interval of the mean. */
  readonly low: number;
  readonly high: number;
  /** The two-sided probability that chance makes a mean as large; NaN for fewer than two seeds. */
  readonly p: number;
}

/**
 * The paired t test (Student 1908): t = mean / (s / sqrt(n)) with n - 1 degrees of freedom, over the differences of the seeds. It takes the
 * differences for normally distributed. A test by exchanged signs would not, but with five seeds its p is never below 2 / 2^5 = 0.0625.
 */
export function pairedTest(differences: readonly number[]): PairedTest {
  const n = differences.length;
  const centre = mean(differences);
  if (n < 2) return { n, mean: centre, low: centre, high: centre, p: Number.NaN };
  const error = Math.sqrt(variance(differences) / n);
  const half = studentt.inv(0.975, n - 1) * error;
  // Differences that are all 0 speak for nothing; others that are all alike speak for certain.
  const p = error > 0 ? Math.min(1, 2 * studentt.cdf(-Math.abs(centre) / error, n - 1)) : centre === 0 ? 1 : 0;
  return { n, mean: centre, low: centre - half, high: centre + half, p };
}

/**
 * Holm's step-down correction (Holm 1979): the i-th smallest of m probabilities, counted from 0, is multiplied by m - i, and none becomes
 * smaller than the one before it. Taking those below 0.05 errs anywhere among the m in at most 5 % of studies. NaN stays NaN and is not counted.
 */
export function holm(probabilities: readonly number[]): number[] {
  const order = probabilities.map((p, index) => ({ p, index })).filter(({ p }) => !Number.isNaN(p));
  order.sort((a, b) => a.p - b.p);
  const adjusted = probabilities.map(() => Number.NaN);
  let least = 0;
  order.forEach(({ p, index }, i) => {
    least = Math.max(least, Math.min(1, p * (order.length - i)));
    adjusted[index] = least;
  });
  return adjusted;
}

/** "+0.031 (+0.010 to +0.052, p = 0.012)". */
export function testInWords({ n, mean: centre, low, high, p }: PairedTest): string {
  if (Number.isNaN(centre)) return "no seeds";
  return n < 2 ? `${signed(centre, 3)} (one seed)` : `${signed(centre, 3)} (${signed(low, 3)} to ${signed(high, 3)}, ${probability(p)})`;
}

export const SIGNIFICANT = 0.05;

export function isHigher({ mean: centre, p }: Pick<PairedTest, "mean" | "p">): boolean {
  return centre > 0 && p < SIGNIFICANT;
}

/** Not lower by more than chance: the 95 % interval reaches 0 or lies above it. */
export function isNoLower({ high }: Pick<PairedTest, "high">): boolean {
  return high >= 0;
}
