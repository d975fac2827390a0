import { meanInterval } from "../../report/significance.js";
/** What a table shows where there is no number. */
const NONE = "-";
/** "0.412 ± 0.021": the mean and half of its 95 % interval. */
export function interval(values, { sign = false, digits = 3 } = {}) {
    const { mean, high } = meanInterval(values);
    if (Number.isNaN(mean))
        return NONE;
    const shown = sign ? signed(mean, digits) : mean.toFixed(digits);
    return values.length > 1 ? `${shown} ± ${(high - mean).toFixed(digits)}` : shown;
}
/** "+0.120", "-0.030". */
export function signed(value, digits) {
    return `${value >= 0 ? "+" : ""}${value.toFixed(digits)}`;
}
export function percent(share, digits = 1) {
    return `${(100 * share).toFixed(digits)} %`;
}
export function signedPercent(share) {
    return Number.isNaN(share) ? NONE : `${share >= 0 ? "+" : ""}${percent(share)}`;
}
/** "p = 0.012", "p < 0.0001". */
export function probability(p) {
    return p < 1e-4 ? "p < 0.0001" : `p = ${p.toFixed(p < 0.01 ? 4 : 3)}`;
}
/** A number with five digits: all that a report needs, in a third of the bytes. */
export function fiveDigits(value) {
    return Number(value.toPrecision(5));
}
