import jstat from "jstat";
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
