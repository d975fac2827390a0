/// <reference types="@webgpu/types" />
import type { Device } from "../gpu/device.js";
/** How tokens are drawn, and where their sequences stand before. */
export interface DrawOptions {
    readonly temperature: number;
    readonly topK: number;
    readonly topP: number;
    readonly seed?: number;
    /** The most tokens of a completion. */
    readonly length?: number;
    readonly stop?: readonly number[];
    readonly keys?: readonly number[];
    readonly positions?: readonly number[];
    readonly steps?: number;
}
/** What the GPU holds of the sequences after the draws, sequence after sequence. */
export interface DrawnTokens {
    readonly position: number[];
    readonly token: number[];
    readonly done: number[];
    readonly completions: number[];
    /** Log-probability and entropy of every token. */
    readonly statistics: number[];
}
/** Stands where no token was drawn. */
export declare const NOT_DRAWN = 9999;
/** Draws from the same logits `steps` times, one row a sequence. */
export declare function drawTokens(device: Device, logits: readonly ArrayLike<number>[], options: DrawOptions): Promise<DrawnTokens>;
/** Random logits of a row. */
export declare function randomLogits(vocabulary: number, seed: number, scale?: number): number[];
/**
 * Pearson's chi-squared statistic of counts against probabilities, standardised to a normal variate by Wilson and Hilferty's cube root.
 * Tokens that are expected less than 8 times count together.
 */
export declare function chiSquaredDeviation(counts: readonly number[], probabilities: readonly number[]): number;
/** How often each token was drawn. */
export declare function countsOf(tokens: readonly number[], vocabulary: number): number[];
