import { capacityOf, derive } from "../graph/scalar.js";
/** The most bytes of logits that exist at one time. A batch that fits is not split, and its logits are not recomputed. */
export const DEFAULT_CHUNK_BYTES = 16 << 20;
/** Splits rows into chunks whose logits stay below `chunkBytes`. Chunks begin at multiples of 64 rows (256-byte windows). */
export function chunksOf(rows, vocabSize, chunkBytes = DEFAULT_CHUNK_BYTES) {
    const capacity = capacityOf(rows);
    const size = Math.max(64, Math.floor(chunkBytes / (4 * vocabSize) / 64) * 64);
    if (capacity <= size)
        return [{ begin: 0, rows }];
    return Array.from({ length: Math.ceil(capacity / size) }, (_, i) => {
        const begin = i * size;
        return { begin, rows: derive(`rows ${begin}..`, [rows], (n) => Math.min(Math.max(n - begin, 0), size)) };
    });
}
