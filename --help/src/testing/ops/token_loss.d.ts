import { initialState } from "../../control/state.js";
import type { Tensor } from "../../graph/tensor.js";
import { type PolicyLoss } from "../../loss/index.js";
import { type TokenLossOptions } from "../../ops/token_loss.js";
import type { HostValue, HostValues } from "../check_op.js";
import type { OpCase } from "../op_case.js";
export type TokenLossCaseOptions = TokenLossOptions & {
    readonly loss: PolicyLoss;
};
type State = Parameters<typeof initialState>[0];
export declare const plainLoss: TokenLossCaseOptions;
/** Tokens of either sign of advantage, some without one, ratios on both sides of every clip, and every seventh of no weight and NaN. */
export declare function lossTokens(rows: number, seed: number, state?: State): HostValues;
export declare function controlOf(state: State): HostValue;
export declare function tracedLoss(i: Readonly<Record<string, Tensor>>, options: TokenLossCaseOptions): Record<"coefficients" | "token_metrics", Tensor>;
/** What a loss reads beyond the token: mean differences on both sides of a clip, or 1 for every third token; NaN where the token does not count. */
export declare function withExtra(values: HostValues, loss: PolicyLoss, first?: number): HostValues;
/** Bounds that the ratios of `lossTokens` reach. */
export declare const REACHED: {
    clipHigh: number;
    delta: number;
    cispoBound: number;
    sapoPositive: number;
    sapoNegative: number;
    covCoef: number;
};
export declare const tokenLossCases: readonly OpCase[];
export {};
