export { deviation, mean } from "../../report/statistics.js";
/** A metric's finite values over the last `count` steps; an empty list where the run is shorter or some step lacks the metric. */
export function lastValues(history, metric, count) {
    const values = history.slice(-count).map((metrics) => metrics[metric]);
    return history.length >= count && values.every(isFiniteNumber) ? values : [];
}
export function isFiniteNumber(value) {
    return typeof value === "number" && Number.isFinite(value);
}
/** A number in a message: three decimals, or three digits where it is large. */
export function figure(value) {
    return Math.abs(value) >= 10 ? String(Number(value.toPrecision(3))) : String(Number(value.toFixed(3)));
}
export function percent(share) {
    return `${Math.round(100 * share)} %`;
}
