import jstat from "jstat";
import { createRandom } from "../random.js";
import { mean, variance } from "./statistics.js";
const { studentt } = jstat.jStat;
/** The mean of some values with its 95 % confidence interval (Student's t). The interval of one value has no width. */
export function meanInterval(values) {
    if (values.length === 0)
        return { mean: Number.NaN, low: Number.NaN, high: Number.NaN };
    const centre = mean(values);
    if (values.length === 1)
        return { mean: centre, low: centre, high: centre };
    const half = studentt.inv(0.975, values.length - 1) * Math.sqrt(variance(values) / values.length);
    return { mean: centre, low: centre - half, high: centre + half };
}
/** The curves of several seeds as one. At each x that any curve has it shows the mean of those that have it, with its 95 % interval. */
export function bandOverSeeds(curves) {
    const values = new Map();
    for (const { x, y } of curves.flat()) {
        if (Number.isFinite(y))
            values.set(x, [...(values.get(x) ?? []), y]);
    }
    const points = [...values].map(([x, ys]) => {
        const { mean, low, high } = meanInterval(ys);
        return { x, y: mean, low, high };
    });
    return points.sort((a, b) => a.x - b.x);
}
const BOOTSTRAP_DRAWS = 10_000;
/** Compares two independent samples. @throws for fewer than two values in either */
export function compareSamples(a, b) {
    if (Math.min(a.length, b.length) < 2)
        throw new Error(`samples of ${a.length} and ${b.length} values cannot be compared; give two or more.`);
    const difference = mean(a) - mean(b);
    const [errorA, errorB] = [variance(a) / a.length, variance(b) / b.length];
    const t = ratio(difference, Math.sqrt(errorA + errorB));
    // The formula is that of Welch and Satterthwaite.
    const degreesOfFreedom = (errorA + errorB) ** 2 / (errorA ** 2 / (a.length - 1) + errorB ** 2 / (b.length - 1)) || 1;
    return {
        difference,
        t,
        degreesOfFreedom,
        p: Number.isFinite(t) ? Math.min(1, 2 * studentt.cdf(-Math.abs(t), degreesOfFreedom)) : 0,
        ...bootstrapInterval(a, b),
        effect: hedges(a, b, difference),
    };
}
function hedges(a, b, difference) {
    const freedom = a.length + b.length - 2;
    const pooled = Math.sqrt(((a.length - 1) * variance(a) + (b.length - 1) * variance(b)) / freedom);
    return ratio(difference, pooled) * (1 - 3 / (4 * freedom - 1));
}
/** The draws are the same every time, so that a report can be written again. */
function bootstrapInterval(a, b) {
    const random = createRandom(0x5eed);
    const drawnMean = (values) => {
        let sum = 0;
        for (let i = 0; i < values.length; i++)
            sum += values[random.integer(values.length)];
        return sum / values.length;
    };
    const differences = Float64Array.from({ length: BOOTSTRAP_DRAWS }, () => drawnMean(a) - drawnMean(b)).sort();
    const at = (share) => differences[Math.round(share * (BOOTSTRAP_DRAWS - 1))];
    return { low: at(0.025), high: at(0.975) };
}
/** The ratio of 0 to 0 is 0 here; that of another value to 0 is infinite. */
function ratio(value, scale) {
    return value === 0 ? 0 : value / scale;
}
