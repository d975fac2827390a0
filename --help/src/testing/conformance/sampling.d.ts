import { type DrawOptions } from "../draw_tokens.js";
import { type ConformanceGroup } from "./case.js";
/** How far counts may be from what was expected, in standard deviations: a right driver exceeds it once in 16,000 seeds, and seeds are fixed. */
export declare const DEVIATIONS = 4;
export declare const DRAWS = 6000;
/** Ways to draw that between them use every branch of the kernel. */
export declare const SAMPLINGS: readonly (readonly [name: string, vocabulary: number, sampling: DrawOptions])[];
export declare const samplingGroup: ConformanceGroup;
