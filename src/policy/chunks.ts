import type { Device } from "../gpu/device.ts";
import { capacityOf, derive, type Scalar } from "../graph/scalar.ts";
import type { LanguageModel } from "../nn/language_model.ts";
import { paddedVocabulary } from "../ops/logits.ts";

/** A run of packed rows whose logits exist at one time. */
export interface Chunk {
  readonly begin: number;
  /** Rows of the batch that fall into this chunk: 0 to its capacity. */
  readonly rows: Scalar;
  /** The rows of tensors that describe tokens, of few numbers each: they begin `first` rows earlier, where a window may begin. */
  readonly tokens: { readonly begin: number; readonly rows: Scalar; readonly first: number };
}

/** What decides how many rows a chunk has. */
export interface ChunkOptions {
  /** The most bytes of logits. By default 16 MiB, or 256 rows where these take more, up to 160 MiB; never less than 64 rows take. */
  readonly bytes?: number | undefined;
  /** The most bytes that a device binds. */
  readonly limit?: number;
  /** Numbers of a row of hidden states, which decide where chunks of fewer than 64 rows may begin; there are none where this is absent. */
  readonly hiddenSize?: number;
}

/** Logits that fit are not split, and are then not computed again for the backward pass. */
const DEFAULT_BYTES = 16 << 20;

/** A chunk reads the head three times and its gradient twice, so few rows of a large vocabulary leave a GPU waiting for memory. */
const DEFAULT_ROWS = 256;
const MOST_BYTES = 160 << 20;

/** Windows begin at multiples of 256 bytes, as 64 rows of 4 bytes and more do. */
const WINDOW_ROWS = 64;

/** The chunks of the head of a model in a plan for a device. */
export function headChunks(rows: Scalar, { vocabSize, hiddenSize }: LanguageModel, { device, chunkBytes }: HeadMemory): Chunk[] {
  return chunksOf(rows, paddedVocabulary(vocabSize), { bytes: chunkBytes, limit: device.limits.maxStorageBufferBindingSize, hiddenSize });
}

/** How much memory the logits of a plan may take. */
export interface HeadMemory {
  readonly device: Pick<Device, "limits">;
  /** The most bytes of logits at one time; see ChunkOptions.bytes. */
  readonly chunkBytes?: number | undefined;
}

/** Splits rows into chunks whose logits, rows of `vocabSize` numbers, take few bytes at a time, and one binding in any case. */
export function chunksOf(rows: Scalar, vocabSize: number, options: ChunkOptions = {}): Chunk[] {
  const capacity = capacityOf(rows);
  const size = rowsOfChunk(vocabSize, options);
  if (capacity <= size) return [{ begin: 0, rows, tokens: { begin: 0, rows, first: 0 } }];
  return Array.from({ length: Math.ceil(capacity / size) }, (_, i) => {
    const begin = i * size;
    const first = begin % WINDOW_ROWS;
    const own = derive(`rows ${begin}..`, [rows], (n) => Math.min(Math.max(n - begin, 0), size));
    const tokens = first === 0 ? own : derive(`rows ${begin - first}..`, [own], (n) => n + first);
    return { begin, rows: own, tokens: { begin: begin - first, rows: tokens, first } };
  });
}

function rowsOfChunk(vocabSize: number, { bytes, limit = Number.POSITIVE_INFINITY, hiddenSize = 1 }: ChunkOptions): number {
  const most = Math.min(bytes ?? defaultBytes(4 * vocabSize), limit);
  const fitting = Math.floor(most / (4 * vocabSize));
  // Hidden states have no rows to spare before a chunk, because a product reads all of its rows.
  const step = fitting >= WINDOW_ROWS ? WINDOW_ROWS : WINDOW_ROWS / greatestCommonDivisor(WINDOW_ROWS, hiddenSize);
  return Math.max(step, fitting - (fitting % step));
}

function defaultBytes(bytesOfRow: number): number {
  return Math.max(DEFAULT_BYTES, Math.min(DEFAULT_ROWS * bytesOfRow, MOST_BYTES), WINDOW_ROWS * bytesOfRow);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
