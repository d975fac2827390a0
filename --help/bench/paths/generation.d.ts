import type { BenchCase } from "../harness.js";
import { type Size } from "./size.js";
interface Generation {
    readonly size: Size;
    readonly sequences: number;
    readonly promptLength: number;
    readonly newTokens: number;
}
export declare const generationCases: readonly BenchCase[];
/** Runs prompts through the model into the cache and samples one token each: all that a sampler does before it decodes. */
export declare function prefillCase(generation: Generation): BenchCase;
/** The tokens after the first: the time for all tokens less the time for one. Beside it, the steps' matrix products are timed. */
export declare function decodeCase(generation: Generation): BenchCase;
export {};
