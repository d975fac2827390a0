import { type Scalar } from "../graph/scalar.js";
/** A run of packed rows whose logits exist at one time. */
export interface Chunk {
    readonly begin: number;
    /** Rows of the batch that fall into this chunk: 0 to its capacity. */
    readonly rows: Scalar;
}
/** The most bytes of logits that exist at one time. A batch that fits is not split, and its logits are not recomputed. */
export declare const DEFAULT_CHUNK_BYTES: number;
/** Splits rows into chunks whose logits stay below `chunkBytes`. Chunks begin at multiples of 64 rows (256-byte windows). */
export declare function chunksOf(rows: Scalar, vocabSize: number, chunkBytes?: number): Chunk[];
