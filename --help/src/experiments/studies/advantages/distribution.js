import { mean } from "../../../report/statistics.js";
import { advantages } from "../../../rl/advantages/index.js";
const [FROM, TO, WIDTH] = [-3, 3, 0.25];
const BINS = (TO - FROM) / WIDTH;
const MODE_SHARE = 0.05;
/** The advantages that a function makes of the rewards of several steps, each with groups of `groupSize` completions. */
export function distributionOf(name, steps, groupSize) {
    const values = steps.flatMap((rewards) => [...advantages[name]({ rewards, groupSize })]);
    return describeValues(values);
}
export function describeValues(values) {
    const count = values.length;
    const centre = mean(values);
    const moment = (power) => mean(values.map((value) => (value - centre) ** power));
    const deviation = Math.sqrt(moment(2));
    const shares = histogramOf(values);
    return {
        mean: centre,
        deviation,
        skewness: deviation === 0 ? 0 : moment(3) / deviation ** 3,
        zero: values.filter((value) => value === 0).length / count,
        positive: values.filter((value) => value > 0).length / count,
        modes: modesOf(shares),
        histogram: { from: FROM, width: WIDTH, shares },
    };
}
/** The first and the last bin count what lies beyond them too. Middles of bins are multiples of their width, so that 0 is no edge. */
function histogramOf(values) {
    const counts = new Array(BINS + 1).fill(0);
    for (const value of values) {
        const bin = Math.min(BINS, Math.max(0, Math.round((value - FROM) / WIDTH)));
        counts[bin] += 1 / values.length;
    }
    return counts;
}
function modesOf(shares) {
    return shares.flatMap((share, bin) => {
        const isPeak = share > (shares[bin - 1] ?? 0) && share >= (shares[bin + 1] ?? 0);
        return isPeak && share >= MODE_SHARE ? [FROM + bin * WIDTH] : [];
    });
}
