import type { Scalar } from "../graph/scalar.js";
import type { Tensor } from "../graph/tensor.js";
import type { HeadLayout } from "../ops/heads.js";
/** The structure of packed rows: the tokens of all sequences end to end, without padding. */
export interface Rows {
    /** [N] u32: index of each row's token in its sequence. */
    readonly positions: Tensor;
    /** [N] u32: first row of each row's sequence, and one past its last. Unused when decoding. */
    readonly sequenceStart: Tensor;
    readonly sequenceEnd: Tensor;
    /** Where keys and values are kept while generating. */
    readonly cache?: KeyValueCache;
}
/** Keys and values of earlier tokens, for every attention layer of a model. */
export interface KeyValueCache {
    /** packed: rows are whole prompts and are written to the cache; decode: one row per sequence attends to the cache. */
    readonly mode: "packed" | "decode";
    /** [N] u32: the cache slot of each row. */
    readonly sequence: Tensor;
    /** The cache [S, P, K, D] of the layer `owner`, the same tensors in every call. */
    layer(owner: object, layout: HeadLayout): {
        readonly keys: Tensor;
        readonly values: Tensor;
    };
}
/** Packed rows that a plan is given from the host, under the names positions, sequence_start and sequence_end. */
export declare function inputRows(rows: Scalar): Rows;
/** The host side of packed rows: lengths of the sequences -> positions, sequence_start, sequence_end [N]. */
export declare function packRows(lengths: readonly number[]): {
    positions: Uint32Array;
    sequence_start: Uint32Array;
    sequence_end: Uint32Array;
};
