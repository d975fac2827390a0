import type { Tensor } from "../../src/graph/tensor.ts";
import { packGroups, packRows } from "../../src/nn/rows.ts";
import { cacheWrite } from "../../src/ops/cache_write.ts";
import { causalAttentionOp } from "../../src/ops/causal_attention.ts";
import { type CachedRows, decodeAttention } from "../../src/ops/decode_attention.ts";
import { type HeadLayout, packedWidth } from "../../src/ops/heads.ts";
import { ropeCacheWriteOp } from "../../src/ops/rope_cache_write.ts";
import { ropeTable } from "../../src/ops/rope_table.ts";
import type { HostValues } from "../../src/testing/check_op.ts";
import { cacheWriteReference } from "../../src/testing/reference/cache_write.ts";
import { causalAttentionReference } from "../../src/testing/reference/causal_attention.ts";
import { decodeAttentionReference } from "../../src/testing/reference/decode_attention.ts";
import { ropeCacheWriteReference } from "../../src/testing/reference/rope_cache_write.ts";
import { given, integers, normal } from "../../src/testing/values.ts";
import { gradientCase } from "../gradient_case.ts";
import type { BenchCase } from "../harness.ts";
import { opCase } from "../op_case.ts";

interface Packed {
  readonly sequences: number;
  readonly length: number;
  readonly layout: HeadLayout;
  /** Groups of so many sequences share so many of their rows: B2x8 T32+32 for two groups of eight. */
  readonly group?: { readonly size: number; readonly shared: number };
  /** How many of the last tokens of its sequence a token attends to: W128. */
  readonly window?: number;
}

const PACKED: readonly Packed[] = [
  { sequences: 8, length: 128, layout: { heads: 4, keyValueHeads: 4, headDim: 32 } },
  { sequences: 16, length: 64, layout: { heads: 4, keyValueHeads: 4, headDim: 32 } },
  { sequences: 8, length: 128, layout: { heads: 8, keyValueHeads: 2, headDim: 32 } },
  { sequences: 4, length: 128, layout: { heads: 4, keyValueHeads: 4, headDim: 64 } },
  { sequences: 2, length: 512, layout: { heads: 14, keyValueHeads: 2, headDim: 64 } },
  { sequences: 2, length: 512, layout: { heads: 14, keyValueHeads: 2, headDim: 64 }, window: 128 },
  { sequences: 2, length: 512, layout: { heads: 14, keyValueHeads: 2, headDim: 64, cap: 50 } },
  { sequences: 2, length: 256, layout: { heads: 4, keyValueHeads: 2, headDim: 128 } },
  { sequences: 16, length: 64, layout: { heads: 4, keyValueHeads: 4, headDim: 32 }, group: { size: 8, shared: 32 } },
];

/** Sequences that decode together, in caches of `length` positions that are filled to half on average. */
const DECODING: readonly Packed[] = [
  { sequences: 256, length: 64, layout: { heads: 4, keyValueHeads: 4, headDim: 32 } },
  { sequences: 32, length: 512, layout: { heads: 8, keyValueHeads: 2, headDim: 64 } },
  { sequences: 32, length: 512, layout: { heads: 12, keyValueHeads: 12, headDim: 64 } },
  { sequences: 32, length: 512, layout: { heads: 16, keyValueHeads: 8, headDim: 128 } },
];

/** Decoding of groups of completions, each of which shares the keys and values of a prompt. */
const GROUPS: readonly Packed[] = [
  { sequences: 256, length: 64, layout: { heads: 4, keyValueHeads: 4, headDim: 32 }, group: { size: 8, shared: 32 } },
  { sequences: 64, length: 512, layout: { heads: 14, keyValueHeads: 2, headDim: 64 }, group: { size: 8, shared: 256 } },
  { sequences: 32, length: 512, layout: { heads: 12, keyValueHeads: 12, headDim: 64 }, group: { size: 8, shared: 256 } },
];

/** Decoding with the heads of Qwen2.5-0.5B, from one sequence on. */
const FEW: readonly Packed[] = [1, 8, 64].map((sequences) => ({
  sequences,
  length: 512,
  layout: { heads: 14, keyValueHeads: 2, headDim: 64 },
}));

export const attentionCases: readonly BenchCase[] = [
  ...PACKED.flatMap((packed) => [forwardCase(packed), backwardCase(packed)]),
  ...DECODING.flatMap((decoding) => [decodeCase(decoding), cacheWriteCase(decoding), ropeCacheWriteCase(decoding)]),
  ...[...FEW, ...GROUPS].map(decodeCase),
  decodeCase({ ...DECODING[1]!, window: 128 }),
  decodeCase({ ...DECODING[1]!, layout: { ...DECODING[1]!.layout, cap: 50 } }),
];

function describe({ sequences, length, layout: { heads, keyValueHeads, headDim, cap }, group, window }: Packed): string {
  const grouped = keyValueHeads === heads ? "" : `/${keyValueHeads}`;
  const rows = group ? `B${sequences / group.size}x${group.size} T${group.shared}+${length - group.shared}` : `B${sequences} T${length}`;
  return `${rows} H${heads}${grouped} D${headDim}${window === undefined ? "" : ` W${window}`}${cap === undefined ? "" : ` cap ${cap}`}`;
}

function rowsOf({ sequences, length, group }: Packed): number {
  return group ? (sequences / group.size) * (group.shared + group.size * (length - group.shared)) : sequences * length;
}

function packedInputs(packed: Packed): HostValues {
  const rows = rowsOf(packed);
  const { positions, ...others } = structureOf(packed);
  const structure = packed.window === undefined ? others : { positions, ...others };
  return {
    qkv: normal([rows, packedWidth(packed.layout)], 1),
    ...Object.fromEntries(
      Object.entries(structure).map(([name, data]) => [name, given(name === "attended" ? [rows, 3] : [rows], [...data], "u32")]),
    ),
  };
}

function structureOf({ sequences, length, group }: Packed) {
  if (!group) return packRows(new Array<number>(sequences).fill(length));
  const own = new Array<number>(group.size).fill(length - group.shared);
  return packGroups(new Array(sequences / group.size).fill({ shared: group.shared, own }));
}

/** Pairs of a query and a key at or before its position, over all heads. A product costs 2 D operations per pair. */
function pairsOf({ sequences, length, layout, group, window = length }: Packed): number {
  const triangle = (count: number): number => {
    const inside = Math.min(count, window);
    return (inside * (inside + 1)) / 2 + (count - inside) * window;
  };
  const pairs = sequences * triangle(length);
  return layout.heads * (group ? pairs - (sequences - sequences / group.size) * triangle(group.shared) : pairs);
}

function forwardCase(packed: Packed): BenchCase {
  const { layout, window } = packed;
  const rows = rowsOf(packed);
  return opCase({
    op: "causal_attention",
    shape: describe(packed),
    flops: 4 * layout.headDim * pairsOf(packed),
    bytes: 4 * rows * (packedWidth(layout) + layout.heads * layout.headDim),
    inputs: () => packedInputs(packed),
    build: (i) => {
      const { qkv, positions, sequence_start, sequence_end, attended, query_end } = i;
      const rowsOfKeys = { positions, sequence_start: sequence_start!, sequence_end: sequence_end!, attended, query_end };
      return { out: causalAttentionOp({ qkv: qkv!, ...rowsOfKeys }, { layout, window }).out };
    },
    reference: (inputs) => ({ out: causalAttentionReference(inputs, layout, window).out }),
  });
}

/** The backward pass takes five products per pair: the weights again, and the gradients of weights, queries, keys and values. */
function backwardCase(packed: Packed): BenchCase {
  const { layout, window } = packed;
  const rows = rowsOf(packed);
  return gradientCase({
    op: causalAttentionOp,
    attributes: { layout, window },
    shape: describe(packed),
    flops: 10 * layout.headDim * pairsOf(packed),
    bytes: 4 * rows * (2 * packedWidth(layout) + 2 * layout.heads * layout.headDim),
    inputs: () => packedInputs(packed),
    output: "out",
    gradients: ["qkv"],
    reference: (inputs) => causalAttentionReference(inputs, layout, window),
  });
}

function cacheShape({ sequences, length, layout }: Packed): number[] {
  return [sequences * length, layout.keyValueHeads, layout.headDim];
}

function cachedRows({ cache_keys, cache_values, origin, positions }: Readonly<Record<string, Tensor>>): CachedRows {
  return { cacheKeys: cache_keys!, cacheValues: cache_values!, origin: origin!, positions: positions! };
}

/** The place of each sequence's first token. */
function ownPlaces({ sequences, length }: Packed): number[] {
  return Array.from({ length: sequences }, (_, sequence) => sequence * length);
}

function decodeCase(decoding: Packed): BenchCase {
  const { sequences, length, layout, window, group = { size: 1, shared: 0 } } = decoding;
  const { heads, keyValueHeads, headDim } = layout;
  const own = integers([sequences], length - group.shared, 2);
  const positions = { ...own, data: own.data.map((position) => group.shared + position) };
  const attended = positions.data.reduce((sum, position) => sum + Math.min(position + 1, window ?? length), 0);
  // Of a group's sequences the first reads the prompt for all.
  const read = attended - (sequences - sequences / group.size) * group.shared;
  return opCase({
    op: "decode_attention",
    shape: describe(decoding),
    flops: 4 * headDim * heads * attended,
    bytes: 4 * (2 * read * keyValueHeads * headDim + 2 * sequences * heads * headDim),
    inputs: () => ({
      qkv: normal([sequences, packedWidth(layout)], 1),
      origin: given([sequences], ownPlaces(decoding), "u32"),
      prompt: given(
        [sequences, 2],
        ownPlaces(decoding).flatMap((_, sequence) => [(sequence - (sequence % group.size)) * length, group.shared]),
        "u32",
      ),
      positions,
      cache_keys: normal(cacheShape(decoding), 3),
      cache_values: normal(cacheShape(decoding), 4),
    }),
    build: (i) => ({ out: decodeAttention(i.qkv!, { ...cachedRows(i), prompt: i.prompt! }, { layout, length, window }) }),
    reference: (inputs) => decodeAttentionReference(inputs, layout, window),
  });
}

/** Rows of whole prompts of half the cache's length, and the caches that they are written to. */
function promptRows(decoding: Packed): HostValues {
  const { sequences, layout } = decoding;
  const length = decoding.length / 2;
  const rows = sequences * length;
  const each = (of: (row: number) => number) =>
    given(
      [rows],
      Array.from({ length: rows }, (_, row) => of(row)),
      "u32",
    );
  return {
    qkv: normal([rows, packedWidth(layout)], 1),
    cache_keys: normal(cacheShape(decoding), 2),
    cache_values: normal(cacheShape(decoding), 3),
    origin: each((row) => Math.floor(row / length) * decoding.length),
    positions: each((row) => row % length),
  };
}

function cacheWriteCase(decoding: Packed): BenchCase {
  const { sequences, layout } = decoding;
  const length = decoding.length / 2;
  return opCase({
    op: "cache_write",
    shape: describe({ ...decoding, length }),
    flops: 0,
    bytes: 4 * sequences * length * 4 * layout.keyValueHeads * layout.headDim,
    inputs: () => promptRows(decoding),
    build: (i) => {
      const written = cacheWrite(i.qkv!, cachedRows(i), layout);
      return { cache_keys: written.cacheKeys, cache_values: written.cacheValues };
    },
    reference: (inputs) => cacheWriteReference(inputs, layout),
  });
}

function ropeCacheWriteCase(decoding: Packed): BenchCase {
  const { sequences, layout } = decoding;
  const { keyValueHeads, headDim } = layout;
  const length = decoding.length / 2;
  return opCase({
    op: "rope_cache_write",
    shape: describe({ ...decoding, length }),
    flops: 3 * sequences * length * (layout.heads + keyValueHeads) * headDim,
    bytes: 4 * sequences * length * (2 * packedWidth(layout) + 2 * keyValueHeads * headDim),
    inputs: () => {
      const { qkv, ...others } = promptRows(decoding);
      return { x: qkv!, ...others, table: given([length, headDim], [...ropeTable({ positions: length, headDim, theta: 10000 })]) };
    },
    build: ({ x, positions, table, origin, cache_keys, cache_values }) =>
      ropeCacheWriteOp(
        { x: x!, positions: positions!, table: table!, origin: origin!, cache_keys: cache_keys!, cache_values: cache_values! },
        { layout },
      ),
    reference: (inputs) => ropeCacheWriteReference(inputs, layout),
  });
}
