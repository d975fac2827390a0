import jstat from "jstat";

/** A point of a curve with the interval around it. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

/** The mean of some values with its 95 % confidence interval (Student's t); one value has an interval of no width. */
export function meanInterval(values: readonly number[]): { mean: number; low: number; high: number } {
  if (values.length === 0) return { mean: Number.NaN, low: Number.NaN, high: Number.NaN };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { mean, low: mean, high: mean };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const half = jstat.jStat.studentt.inv(0.975, values.length - 1) * Math.sqrt(variance / values.length);
  return { mean, low: mean - half, high: mean + half };
}

/** Curves of several seeds as one: at each x that any curve has, the mean of those that have it, with its 95 % interval. */
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

/** The moving mean over `window` points centred at each point (fewer at the ends), so that a curve is not shifted. */
export function smooth(points: readonly Point[], window: number): Point[] {
  const reach = Math.floor(window / 2);
  return points.map(({ x }, index) => {
    const near = points.slice(Math.max(0, index - reach), index + reach + 1);
    return { x, y: near.reduce((sum, { y }) => sum + y, 0) / near.length };
  });
}
