import type { Score } from "../../../rl/advantages/index.js";
import { type AdvantageName } from "../../../rl/advantages/index.js";
/** How the advantages of many completions are distributed. */
export interface Distribution {
    readonly mean: number;
    readonly deviation: number;
    readonly skewness: number;
    readonly zero: number;
    readonly positive: number;
    /** Values around which advantages pile up: the middles of bins that hold more than their neighbours and at least 5 % of all. */
    readonly modes: readonly number[];
    /** Share of the completions in each bin. Bins are `width` wide, and the middle of the first is `from`. */
    readonly histogram: {
        readonly from: number;
        readonly width: number;
        readonly shares: readonly number[];
    };
}
/** The advantages that a function makes of the rewards of several steps, each with groups of `groupSize` completions. */
export declare function distributionOf(name: AdvantageName, steps: readonly (readonly Score[])[], groupSize: number): Distribution;
export declare function describeValues(values: readonly number[]): Distribution;
