import type { Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { input } from "../graph/trace.ts";
import type { SharedRows } from "../ops/causal_attention.ts";
import type { HeadLayout } from "../ops/heads.ts";

/** The structure of packed rows: the tokens of all sequences end to end, without padding. */
export interface Rows {
  /** [N] u32: index of each row's token in its sequence. */
  readonly positions: Tensor;
  /** [N] u32: first row of each row's sequence, and one past its last. Unused when decoding. */
  readonly sequenceStart: Tensor;
  readonly sequenceEnd: Tensor;
  /** Where sequences that begin alike share rows, which only models get that say so (LanguageModel.sharesRows). */
  readonly shared?: SharedRows | undefined;
  /** Where keys and values are kept while generating. */
  readonly cache?: KeyValueCache;
}

/** Keys and values of earlier tokens, for every attention layer of a model, and what its other layers keep of them. */
export interface KeyValueCache {
  /** [N] u32: a row's token has the place origin + position in the cache (CachedRows). */
  readonly origin: Tensor;
  /** Where one row per sequence attends to the cache. Else rows are whole prompts, which are written to it. */
  readonly decode?: DecodedSequences;
  /** The cache [T, K, D] of the layer `owner`: of its n-th application in this pass, the same tensors in every pass. */
  layer(owner: object, layout: HeadLayout): { readonly keys: Tensor; readonly values: Tensor };
  /** The same for a layer that keeps one vector of each token: its cache [T, 1, C]. */
  vectors(owner: object, width: number): Tensor;
}

/** Sequences that are decoded: where their prompts lie (DecodedRows.prompt), and the most positions of one. */
export interface DecodedSequences {
  readonly prompt: Tensor; // [N, 2]
  readonly length: number;
}

/** Packed rows that a plan is given from the host, under the names that packRows has, or packGroups where rows may be shared. */
export function inputRows(rows: Scalar, { shared = false }: { readonly shared?: boolean } = {}): Rows {
  return {
    positions: input("positions", [rows], "u32"),
    sequenceStart: input("sequence_start", [rows], "u32"),
    sequenceEnd: input("sequence_end", [rows], "u32"),
    ...(shared && { shared: { attended: input("attended", [rows, 3], "u32"), queryEnd: input("query_end", [rows], "u32") } }),
  };
}

/** Sequences that share a beginning: how many rows it has, and how many each of them has of its own. */
export interface SequenceGroup {
  readonly shared: number;
  readonly own: readonly number[];
}

/** The structure of packed rows, as a plan is given it. */
export type PackedRows = Readonly<Record<"positions" | "sequence_start" | "sequence_end", Uint32Array<ArrayBuffer>>>;
/** The same where sequences share rows: attended [N, 3] and query_end [N] as in SharedRows, besides. */
export type PackedGroups = PackedRows & Readonly<Record<"attended" | "query_end", Uint32Array<ArrayBuffer>>>;

/** The host side of packed rows whose sequences share rows: each group's shared rows, then those of its sequences, one after the other. */
export function packGroups(groups: readonly SequenceGroup[]): PackedGroups {
  const { positions, sequence_start, sequence_end } = packRows(groups.flatMap(({ shared, own }) => [shared, ...own]));
  const attended = Uint32Array.from({ length: 3 * positions.length }, (_, i) => sequence_start[Math.floor(i / 3)]!);
  const query_end = sequence_end.slice();
  let row = 0;
  for (const { shared, own } of groups) {
    const [first, begin] = [row, row + shared];
    const end = begin + own.reduce((a, b) => a + b, 0);
    query_end.fill(end, first, begin);
    for (row = begin; row < end; row += 1) {
      positions[row]! += shared;
      if (shared > 0) attended.set([first, begin], 3 * row);
    }
  }
  return { positions, sequence_start, sequence_end, attended, query_end };
}

/** The host side of packed rows: lengths of the sequences -> positions, sequence_start, sequence_end [N]. */
export function packRows(lengths: readonly number[]): PackedRows {
  const total = lengths.reduce((a, b) => a + b, 0);
  const positions = new Uint32Array(total);
  const sequence_start = new Uint32Array(total);
  const sequence_end = new Uint32Array(total);
  let row = 0;
  for (const length of lengths) {
    const start = row;
    for (let position = 0; position < length; position += 1, row += 1) {
      positions[row] = position;
      sequence_start[row] = start;
      sequence_end[row] = start + length;
    }
  }
  return { positions, sequence_start, sequence_end };
}
