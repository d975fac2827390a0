/** A token from its log-probabilities. Numerical differentiation varies logp around `frozenLogp`. */
export function tokenOf({ logp, oldLogp, advantage, extra = 0 }, frozenLogp = logp) {
    const difference = clampDifference(logp - oldLogp);
    const ratio = Math.exp(difference);
    const differenceSlope = Math.abs(logp - oldLogp) <= 20 ? 1 : 0;
    const detachedRatio = Math.exp(clampDifference(frozenLogp - oldLogp));
    return { logp, oldLogp, advantage, difference, differenceSlope, ratio, ratioSlope: ratio * differenceSlope, detachedRatio, extra };
}
/** The largest bound of a ratio. A ratio is at most e^20, about 5e8, so that a larger bound would say nothing. */
export const MOST_RATIO = 1e9;
export function clampDifference(difference) {
    return Math.min(20, Math.max(-20, difference));
}
