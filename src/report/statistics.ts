/** A point of a curve with the interval around it. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

/** The mean; NaN for no values. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The unbiased variance of two values or more. */
export function variance(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}

/** The unbiased standard deviation of two values or more. */
export function deviation(values: readonly number[]): number {
  return Math.sqrt(variance(values));
}

/** The straight line of least squares, which goes through the points' centre. It is level where all points have one x. */
export function leastSquares(points: readonly Pick<Point, "x" | "y">[]): { slope: number; centre: { x: number; y: number } } {
  const x = mean(points.map((point) => point.x));
  const y = mean(points.map((point) => point.y));
  const spread = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  const slope = spread === 0 ? 0 : points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / spread;
  return { slope, centre: { x, y } };
}

/** The least value and the largest. */
export function extent(values: readonly number[]): readonly [least: number, largest: number] {
  return values.reduce<[number, number]>(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
}

/** Values that follow each other as the points 0, 1, 2 ... of a curve, or counted from `first`. */
export function curveOf(values: readonly number[], first = 0): { x: number; y: number }[] {
  return values.map((y, i) => ({ x: first + i, y }));
}

/** The moving mean over `window` points centred at each point (fewer at the ends), so that a curve is not shifted. */
export function smooth(points: readonly Point[], window: number): Point[] {
  const reach = Math.floor(window / 2);
  return points.map(({ x }, index) => {
    const near = points.slice(Math.max(0, index - reach), index + reach + 1);
    return { x, y: mean(near.map(({ y }) => y)) };
  });
}
