import { relativeError } from "../../gpu/relative_error.js";
import { elementError } from "../op_case.js";
/** How much of the suite to run: seconds, a minute or two, or everything. */
export const LEVELS = ["quick", "default", "full"];
/** The error of a result, and its first wrong number where it is too large. */
export function measure(name, { actual, expected, shape, }, tolerance, byElement = false) {
    const error = (byElement ? elementError : relativeError)(actual, expected);
    const base = { name, error, tolerance, shape };
    return error <= tolerance ? base : { ...base, ...firstWrong(actual, expected, shape, tolerance, byElement) };
}
function firstWrong(actual, expected, shape, tolerance, byElement) {
    let scale = 1e-6;
    for (let i = 0; i < expected.length; i += 1)
        scale = Math.max(scale, Math.abs(expected[i]));
    for (let i = 0; i < expected.length; i += 1) {
        const allowed = tolerance * (byElement ? Math.abs(expected[i]) + 0.1 : scale);
        if (Math.abs(actual[i] - expected[i]) <= allowed)
            continue;
        return { wrong: { at: placeOf(i, shape), actual: actual[i], expected: expected[i] } };
    }
    return {};
}
function placeOf(index, shape) {
    let rest = index;
    const place = [];
    for (const size of shape.slice(1).reverse()) {
        place.unshift(rest % size);
        rest = Math.floor(rest / size);
    }
    return [rest, ...place];
}
/** Compares by bits: the error is the number of words that differ. */
export function sameBits(name, actual, expected, shape) {
    const [a, b] = [wordsOf(actual), wordsOf(expected)];
    let [different, first] = [Math.abs(a.length - b.length), -1];
    for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
        if (a[i] === b[i])
            continue;
        different += 1;
        if (first < 0)
            first = i;
    }
    const base = { name, error: different, tolerance: 0, shape: shape ?? [b.length] };
    if (first < 0)
        return base;
    const value = (view) => view[first];
    return { ...base, wrong: { at: placeOf(first, base.shape), actual: value(actual), expected: value(expected) } };
}
function wordsOf({ buffer, byteOffset, byteLength }) {
    return new Uint32Array(buffer, byteOffset, byteLength / 4);
}
/** Whether something holds, as a measure. */
export function holds(name, condition) {
    return { name, error: condition ? 0 : 1, tolerance: 0 };
}
export function isPassed({ error, tolerance }) {
    return error <= tolerance;
}
