import { type Random } from "../random.js";
import type { Problem, Split } from "./task.js";
/** A 32-bit hash of a text, the same on every machine: FNV-1a followed by MurmurHash3's finalizer, whose low bits are usable. */
export declare function hashText(text: string): number;
/**
 * Holds out the problems whose canonical form hashes lowest, at most a fifth of them. Both splits come in hash order, so that reading
 * one from the front draws a fair sample. `canonical` must differ between any two problems.
 */
export declare function splitByHash<P extends Problem>(problems: readonly P[], canonical: (problem: P) => string, heldOut: number): Record<Split, readonly P[]>;
/**
 * Draws different problems of a task that has too many to list: the same ones every time, and at most `limit`. `draw` may return
 * undefined. Of problems with one `canonical` form (see `splitByHash`) the first one drawn stays.
 */
export declare function drawProblems<P extends Problem>(name: string, limit: number, draw: (random: Random) => P | undefined, canonical: (problem: P) => string): Iterable<P>;
/** Computes a value on the first call and returns it again on later ones. */
export declare function once<T>(compute: () => T): () => T;
