import jstat from "jstat";
import { createRandom } from "../random.ts";
import { mean, type Point, variance } from "./statistics.ts";

const { studentt } = jstat.jStat;

/** The mean of some values with its 95 % confidence interval (Student's t). The interval of one value has no width. */
export function meanInterval(values: readonly number[]): { mean: number; low: number; high: number } {
  if (values.length === 0) return { mean: Number.NaN, low: Number.NaN, high: Number.NaN };
  const centre = mean(values);
  if (values.length === 1) return { mean: centre, low: centre, high: centre };
  const half = studentt.inv(0.975, values.length - 1) * Math.sqrt(variance(values) / values.length);
  return { mean: centre, low: centre - half, high: centre + half };
}

/** The curves of several seeds as one. At each x that any curve has it shows the mean of those that have it, with its 95 % interval. */
export function bandOverSeeds(curves: readonly (readonly Point[])[]): Point[] {
  const values = new Map<number, number[]>();
  for (const { x, y } of curves.flat()) {
    if (Number.isFinite(y)) values.set(x, [...(values.get(x) ?? []), y]);
  }
  const points = [...values].map(([x, ys]) => {
    const { mean, low, high } = meanInterval(ys);
    return { x, y: mean, low, high };
  });
  return points.sort((a, b) => a.x - b.x);
}

/** How two small samples differ: `a` less `b`. Where neither varies, t and effect are 0 or infinite, and p is 1 or 0. */
export interface Comparison {
  readonly difference: number;
  /** Welch's t (unequal variances), its degrees of freedom, and the two-sided probability that chance makes t as large. */
  readonly t: number;
  readonly degreesOfFreedom: number;
  readonly p: number;
  /** The 95 % interval of the difference by the percentile bootstrap, which draws each sample anew 10,000 times. */
  readonly low: number;
  readonly high: number;
  /** Hedges' g: the difference in pooled standard deviations, corrected for small samples. */
  readonly effect: number;
}

const BOOTSTRAP_DRAWS = 10_000;

/** Compares two independent samples. @throws for fewer than two values in either */
export function compareSamples(a: readonly number[], b: readonly number[]): Comparison {
  if (Math.min(a.length, b.length) < 2)
    throw new Error(`samples of ${a.length} and ${b.length} values cannot be compared; give two or more.`);
  const difference = mean(a) - mean(b);
  const [errorA, errorB] = [variance(a) / a.length, variance(b) / b.length];
  const t = ratio(difference, Math.sqrt(errorA + errorB));
  // The formula is that of Welch and Satterthwaite.
  const degreesOfFreedom = (errorA + errorB) ** 2 / (errorA ** 2 / (a.length - 1) + errorB ** 2 / (b.length - 1)) || 1;
  return {
    difference,
    t,
    degreesOfFreedom,
    p: Number.isFinite(t) ? Math.min(1, 2 * studentt.cdf(-Math.abs(t), degreesOfFreedom)) : 0,
    ...bootstrapInterval(a, b),
    effect: hedges(a, b, difference),
  };
}

function hedges(a: readonly number[], b: readonly number[], difference: number): number {
  const freedom = a.length + b.length - 2;
  const pooled = Math.sqrt(((a.length - 1) * variance(a) + (b.length - 1) * variance(b)) / freedom);
  return ratio(difference, pooled) * (1 - 3 / (4 * freedom - 1));
}

/** The draws are the same every time, so that a report can be written again. */
function bootstrapInterval(a: readonly number[], b: readonly number[]): { low: number; high: number } {
  const random = createRandom(0x5eed);
  const drawnMean = (values: readonly number[]): number => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[random.integer(values.length)]!;
    return sum / values.length;
  };
  const differences = Float64Array.from({ length: BOOTSTRAP_DRAWS }, () => drawnMean(a) - drawnMean(b)).sort();
  const at = (share: number): number => differences[Math.round(share * (BOOTSTRAP_DRAWS - 1))]!;
  return { low: at(0.025), high: at(0.975) };
}

/** The ratio of 0 to 0 is 0 here; that of another value to 0 is infinite. */
function ratio(value: number, scale: number): number {
  return value === 0 ? 0 : value / scale;
}
