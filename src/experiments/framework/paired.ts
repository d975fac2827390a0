import jstat from "jstat";
import { mean, variance } from "../../report/statistics.ts";
import { probability, signed } from "./numbers.ts";

const { studentt } = jstat.jStat;

/** How far two arms differ over the seeds that both were trained with. */
export interface PairedTest {
  /** Seeds with a difference. */
  readonly n: number;
  /** Seeds that both were trained with. There may be more than n: not every policy reaches the entropy at which others are compared. */
  readonly seeds: number;
  readonly mean: number;
  /** The 95 % interval of the mean; it has no width where there is one seed, or where all seeds differ alike. */
  readonly low: number;
  readonly high: number;
  /** The two-sided probability that chance makes a mean as large; NaN for fewer than two seeds, and where a seed has no difference. */
  readonly p: number;
}

/**
 * The paired t test (Student 1908): t = mean / (s / sqrt(n)) with n - 1 degrees of freedom, over the differences of the seeds; NaN is the
 * difference of a seed that lacks the measure. It takes the differences for normally distributed. Those that are all alike have no s: there p
 * is that of a test by exchanged signs, 2 / 2^n, which is 0.0625 for five seeds.
 */
export function pairedTest(differences: readonly number[]): PairedTest {
  const known = differences.filter((difference) => !Number.isNaN(difference));
  const [n, seeds, centre] = [known.length, differences.length, mean(known)];
  if (n < 2) return { n, seeds, mean: centre, low: centre, high: centre, p: Number.NaN };
  const error = Math.sqrt(variance(known) / n);
  const half = studentt.inv(0.975, n - 1) * error;
  const signs = centre === 0 ? 1 : 2 ** (1 - n);
  const p = areAlike(known) ? signs : Math.min(1, 2 * studentt.cdf(-Math.abs(centre) / error, n - 1));
  // Seeds that lack a measure do not lack it by chance.
  return { n, seeds, mean: centre, low: centre - half, high: centre + half, p: n < seeds ? Number.NaN : p };
}

/** Equal but for rounding. */
function areAlike(values: readonly number[]): boolean {
  return Math.max(...values) - Math.min(...values) <= 1e-12 * Math.max(...values.map(Math.abs));
}

/**
 * Holm's step-down correction (Holm 1979): the i-th smallest of m probabilities, counted from 0, is multiplied by m - i, and none becomes
 * smaller than the one before it. Taking those below 0.05 errs anywhere among the m in at most 5 % of studies. NaN stays NaN and is not counted.
 * `pending` further tests are planned and have no probability yet: each counts as 1, so that none becomes less certain once they are there.
 */
export function holm(probabilities: readonly number[], pending = 0): number[] {
  const order = probabilities.map((p, index) => ({ p, index })).filter(({ p }) => !Number.isNaN(p));
  order.sort((a, b) => a.p - b.p);
  const adjusted = probabilities.map(() => Number.NaN);
  let least = 0;
  order.forEach(({ p, index }, i) => {
    least = Math.max(least, Math.min(1, p * (order.length + pending - i)));
    adjusted[index] = least;
  });
  return adjusted;
}

/** "+0.031 (+0.010 to +0.052, p = 0.012)". */
export function testInWords(test: PairedTest): string {
  if (test.n === 0) return "no seeds";
  return isWhole(test) ? differenceInWords(test, `, ${probability(test.p)}`) : differenceInWords(test);
}

/** "+0.031 (+0.010 to +0.052)", with something more between the brackets. */
export function differenceInWords({ n, seeds, mean: centre, low, high }: PairedTest, more = ""): string {
  const range = low === high ? "in every seed" : `${signed(low, 3)} to ${signed(high, 3)}`;
  if (n < seeds) return `${signed(centre, 3)} (${n} of ${seeds} seeds)`;
  return `${signed(centre, 3)} (${n < 2 ? "one seed" : range}${more})`;
}

/** Whether there are two seeds or more, and a difference in each. */
export function isWhole({ n, seeds }: Pick<PairedTest, "n" | "seeds">): boolean {
  return n === seeds && n > 1;
}

export const SIGNIFICANT = 0.05;

export function isHigher({ mean: centre, p }: Pick<PairedTest, "mean" | "p">): boolean {
  return centre > 0 && p < SIGNIFICANT;
}

/** What counts as no loss, as a share of problems. An interval that reaches 0 would count noise as no loss: the wider, the easier. */
const MARGIN = 0.05;

/** The rule of `isNoLower`, in words for claims. */
export const NO_LOWER = `the 95 % interval of the paired difference lies above -${MARGIN}`;

/** Not inferior by a margin: what chance leaves open is a loss of less than it. Undefined where that may be so and may not. */
export function isNoLower(test: PairedTest): boolean | undefined {
  if (!isWhole(test)) return undefined;
  if (test.low > -MARGIN) return true;
  return test.high < 0 ? false : undefined;
}

/** Whether all tests find what is no lower; one that finds what is lower decides, and one that cannot tell leaves it open. */
export function areNoLower(tests: readonly PairedTest[]): boolean | undefined {
  const found = tests.map(isNoLower);
  return found.includes(false) ? false : found.every((one) => one === true) || undefined;
}
