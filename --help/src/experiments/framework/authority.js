import { leastSquares } from "../../report/statistics.js";
/** Entropy before the first step and after the last, each over the evaluation's own samples. */
export function beforeAndAfter(metrics) {
    return { before: metrics[0]["eval/entropy"], after: metrics.at(-1)["eval/entropy"] };
}
/**
 * Fits the plant (what the controller acts on) H' = H + drift - authority * alpha by least squares to the change of H per step.
 * Authority above 0 means that alpha above 0 lowers entropy, as it should.
 */
export function authorityOf(runs) {
    const { slope, centre } = leastSquares(runs.map(({ alpha, before, after, steps }) => ({ x: alpha, y: (after - before) / steps })));
    return { authority: -slope, drift: centre.y - slope * centre.x };
}
/**
 * kp = lambda / b makes an error shrink by the share lambda a step (stable while 0 < lambda < 2); ki = integral * kp. The gains have two
 * digits, because the measurement of b supports no more. An authority of 0 or less gets the gains of a very small one.
 */
export function gainsFrom(authority, { lambda, integral }) {
    const kp = Number((lambda / Math.max(authority, 1e-4)).toPrecision(2));
    return { kp, ki: Number((integral * kp).toPrecision(2)) };
}
