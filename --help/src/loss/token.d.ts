/** What a loss knows of a token: `struct Token` of shaders/lib/loss.wgsl in double precision. */
export interface Token {
    readonly logp: number;
    readonly oldLogp: number;
    readonly advantage: number;
    /** d = logp - oldLogp, clamped at 20 on either side, and its derivative by logp. */
    readonly difference: number;
    readonly differenceSlope: number;
    /** e^d, and its derivative by logp. */
    readonly ratio: number;
    readonly ratioSlope: number;
    /** The same ratio, for a formula that does not differentiate it. */
    readonly detachedRatio: number;
    readonly extra: number;
}
/** What a loss makes of an advantage: a value, its derivative by logp, and whether the ratio is too low or too high to teach more. */
export interface Surrogate {
    readonly value: number;
    readonly slope: number;
    readonly low: boolean;
    readonly high: boolean;
}
interface Given {
    readonly logp: number;
    readonly oldLogp: number;
    readonly advantage: number;
    readonly extra?: number;
}
/** A token from its log-probabilities. Numerical differentiation varies logp around `frozenLogp`. */
export declare function tokenOf({ logp, oldLogp, advantage, extra }: Given, frozenLogp?: number): Token;
/** The largest bound of a ratio. A ratio is at most e^20, about 5e8, so that a larger bound would say nothing. */
export declare const MOST_RATIO = 1000000000;
export declare function clampDifference(difference: number): number;
export {};
