import { curveOf, leastSquares, mean } from "../../../report/statistics.js";
import { lastPart, meanDistance, meansOfFive, overshootOf, reachedAt } from "../../framework/series.js";
const NEAR = 0.1;
/** Alpha counts as swinging where it changes sides in at least this share of steps, entropy where it varies this many times as without control. */
export const MOST_SWINGS = 0.25;
export const MOST_DEVIATION = 2;
export function responseOf({ entropy, alpha }, target, limit) {
    const late = lastPart(entropy, 3);
    const half = lastPart(alpha, 2);
    const swings = half.filter((value, i) => i > 0 && value * half[i - 1] < 0 && Math.abs(value - half[i - 1]) > limit / 2);
    return {
        reached: reachedAt(entropy, target, NEAR),
        overshoot: overshootOf(meansOfFive(entropy), target),
        offset: (mean(late) - target) / target,
        deviation: deviationAroundLine(late),
        swings: swings.length / Math.max(1, half.length - 1),
    };
}
export function swings(what, run, plant, limit) {
    const { swings: share, deviation } = responseOf(run, plant.target, limit);
    if (what === "alpha")
        return share >= MOST_SWINGS;
    return deviation > MOST_DEVIATION * responseOf(plant.free, plant.target, limit).deviation;
}
function deviationAroundLine(values) {
    const points = curveOf(values);
    const { slope, centre } = leastSquares(points);
    return Math.sqrt(mean(points.map(({ x, y }) => (y - centre.y - slope * (x - centre.x)) ** 2)));
}
/** P alone is stable while b Kp < 2; the integral takes a little of that: b (2 Kp - Ki) < 4 (docs/method.md). Infinite without a lever. */
export function predictedBoundary(authority, kiRatio) {
    return authority > 0 ? (kiRatio === 0 ? 2 : 4 / (2 - kiRatio)) / authority : Number.POSITIVE_INFINITY;
}
/** The kp at which noise alone moves alpha by half its limit from step to step: sqrt(2) s kp = limit / 2, with s the standard deviation of one step's entropy. */
export function noiseBoundary({ free, target }, limit) {
    return limit / (2 * Math.SQRT2 * responseOf(free, target, limit).deviation);
}
/** The largest gain of the grid (kp alone) below the first that swings. It is undefined where the smallest swings, infinite where none does. */
export function measuredBoundary(what, plant, limit) {
    const runs = plant.grid.filter(({ ki }) => ki === 0).sort((a, b) => a.kp - b.kp);
    const first = runs.findIndex((run) => swings(what, run, plant, limit));
    return first < 0 ? Number.POSITIVE_INFINITY : runs[first - 1]?.kp;
}
/** Mean distance from the target over the last third, in nats: what a gain is judged by. */
export function meanErrorOf({ entropy }, target) {
    return meanDistance(lastPart(entropy, 3), target);
}
