import { type AdvantageInput } from "./contract.js";
/** Gives every right answer the advantage `right` and every wrong one `wrong`, whatever their groups are like. */
export declare function signed({ rewards, groupSize }: AdvantageInput, right: number, wrong: number): Float64Array;
/** The value that, as the paper found, keeps pass@k and raises pass@1. */
export declare const DEFAULT_LAMBDA = 0.1;
/** +lambda for a right answer (a reward of 1 or more), -1 for a wrong one (W-REINFORCE: Zhu et al. 2025, arXiv 2506.01347). */
export declare const wReinforce: import("./contract.js").Advantage;
