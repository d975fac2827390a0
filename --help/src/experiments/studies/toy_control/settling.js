import { mean } from "../../../report/statistics.js";
import { lastPart, meanDistance, overshootOf, reachedAt } from "../../framework/series.js";
export const TOLERANCE = 0.05;
/** The last fifth of a run, where it should have settled. */
export const lastFifth = (values) => lastPart(values, 5);
export function settlingOf({ entropy, alpha }, target) {
    const settled = mean(lastFifth(entropy));
    return {
        entropy: settled,
        offset: (settled - target) / target,
        meanError: meanDistance(lastPart(entropy, 2), target),
        alpha: mean(lastFifth(alpha)),
        reached: reachedAt(entropy, target, TOLERANCE),
        overshoot: overshootOf(entropy, target),
    };
}
