import { mean } from "../../report/statistics.js";
import { fiveDigits } from "./numbers.js";
/** The steps of training, without the evaluation before them. */
export function trainingSteps(metrics) {
    return metrics.filter(({ step }) => step > 0);
}
/** A metric in every step of training. */
export function seriesOf(metrics, name) {
    return trainingSteps(metrics).map((line) => fiveDigits(Number(line[name])));
}
/** The mean of a metric over some steps. */
export function averageOf(steps, name) {
    return fiveDigits(mean(steps.map((line) => Number(line[name]))));
}
/** The last of so many equal parts: the last half with 2, the last third with 3. */
export function lastPart(items, parts) {
    return items.slice(-Math.ceil(items.length / parts));
}
export function meanDistance(values, target) {
    return mean(values.map((value) => Math.abs(value - target)));
}
const WINDOW = 5;
/** The mean of every five steps in a row. */
export function meansOfFive(values) {
    return values.slice(WINDOW - 1).map((_, i) => mean(values.slice(i, i + WINDOW)));
}
/** The step that ends the first five whose mean is within the share `near` of the target; undefined where there are none. */
export function reachedAt(values, target, near) {
    const first = meansOfFive(values).findIndex((value) => Math.abs(value - target) <= near * target);
    return first < 0 ? undefined : first + WINDOW;
}
/** How far values went past the target, seen from the first of them, as a share of the target; 0 where they never did. */
export function overshootOf(values, target) {
    const from = Math.sign(values[0] - target);
    return Math.max(0, ...values.map((value) => (from * (target - value)) / target));
}
