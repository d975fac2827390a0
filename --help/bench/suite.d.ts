import type { BenchCase } from "./harness.js";
/** All cases, by family. */
export declare const families: Readonly<Record<string, readonly BenchCase[]>>;
/**
 * Cases whose family is one of the words, or whose name and shape contain one; without words, all cases.
 * @throws Error in one line when a word selects nothing, with the nearest names
 */
export declare function chooseCases(words: readonly string[]): BenchCase[];
