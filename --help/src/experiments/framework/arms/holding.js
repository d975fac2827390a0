import { curveOf, leastSquares, mean } from "../../../report/statistics.js";
import { lastPart, meanDistance } from "../series.js";
/** How far from its target a held entropy may be, as a share of it. */
export const HELD = 0.1;
export function holdingOf({ entropy, target }) {
    const late = lastPart(entropy, 2);
    const level = mean(late);
    const aim = target ?? Number.NaN;
    return {
        entropy: level,
        offset: (level - aim) / aim,
        meanError: meanDistance(late, aim),
        deviation: Math.sqrt(mean(late.map((value) => (value - level) ** 2))),
        drift: 100 * leastSquares(curveOf(late)).slope,
    };
}
export function runsOf(runs, arm) {
    return runs.filter((run) => run.arm === arm);
}
/** The offset of each run of an arm. */
export function offsetsOf(runs, arm) {
    return runsOf(runs, arm).map((run) => holdingOf(run).offset);
}
/** How much more of a measure an arm has than the baseline, seed by seed. Both had the same prompts and the same start. */
export function pairedDifferences(runs, arm, baseline, of) {
    const against = new Map(runsOf(runs, baseline).map((run) => [run.seed, of(run)]));
    return runsOf(runs, arm).map((run) => of(run) - against.get(run.seed));
}
