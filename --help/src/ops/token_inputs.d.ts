import type { Tensor } from "../graph/tensor.js";
/** Rows of a block: a workgroup adds up one block, and then the blocks are added in order. */
export declare const REDUCE_ROWS = 256;
/** @throws when a tensor that describes tokens has not the width of its record */
export declare function checkTokenShapes(op: string, inputs: Readonly<Record<string, Tensor | undefined>>): void;
