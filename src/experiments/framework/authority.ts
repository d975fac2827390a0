/** What an open-loop run did to entropy: before, after so many steps with alpha fixed, in nats. */
export interface OpenLoopRun {
  readonly alpha: number;
  readonly before: number;
  readonly after: number;
  readonly steps: number;
}

/**
 * Least squares of the plant H' = H + drift - authority * alpha over the change of H per step. Authority above 0 means that
 * alpha above 0 lowers entropy, as it should.
 */
export function authorityOf(runs: readonly OpenLoopRun[]): { authority: number; drift: number } {
  const points = runs.map(({ alpha, before, after, steps }) => ({ x: alpha, y: (after - before) / steps }));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map((point) => point.x));
  const y = mean(points.map((point) => point.y));
  const slope = mean(points.map((point) => (point.x - x) * (point.y - y))) / mean(points.map((point) => (point.x - x) ** 2));
  return { authority: -slope, drift: y - slope * x };
}

/**
 * kp = lambda / b makes an error shrink by the share lambda a step (stable while 0 < lambda < 2); ki = integral * kp. Two digits
 * are all that the measurement of b supports. With authority 0 or less there is no lever: gains are then as for a weak one.
 */
export function gainsFrom(authority: number, { lambda, integral }: { lambda: number; integral: number }): { kp: number; ki: number } {
  const kp = Number((lambda / Math.max(authority, 1e-4)).toPrecision(2));
  return { kp, ki: Number((integral * kp).toPrecision(2)) };
}
