import { packGroups, type SequenceGroup } from "../../nn/rows.ts";
import { causalAttention, causalAttentionOp, type OperandSharing } from "../../ops/causal_attention.ts";
import { type HeadLayout, packedWidth } from "../../ops/heads.ts";
import type { HostValue } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { causalAttentionReference } from "../reference/causal_attention.ts";
import { given, normal } from "../values.ts";

const SHAPES: readonly { readonly lengths: readonly number[]; readonly layout: HeadLayout }[] = [
  { lengths: [1], layout: { heads: 1, keyValueHeads: 1, headDim: 4 } },
  { lengths: [1, 5, 17, 2], layout: { heads: 4, keyValueHeads: 1, headDim: 12, scale: 0.5 } },
  { lengths: [3, 14, 14], layout: { heads: 3, keyValueHeads: 3, headDim: 10 } },
  { lengths: [9, 2], layout: { heads: 6, keyValueHeads: 2, headDim: 7, scale: 0.2 } },
  { lengths: [2, 17, 5], layout: { heads: 4, keyValueHeads: 2, headDim: 8, cap: 1.5 } },
  { lengths: [1, 5, 17, 2], layout: { heads: 2, keyValueHeads: 2, headDim: 16 } },
  { lengths: [11], layout: { heads: 1, keyValueHeads: 1, headDim: 20 } },
];

/** Heads as titles of cases name them. */
export function describeHeads({ heads, keyValueHeads, headDim, scale, cap }: HeadLayout): string {
  const scaled = scale === undefined ? "" : ` scaled by ${scale}`;
  return `heads ${heads}/${keyValueHeads} of ${headDim}${scaled}${cap === undefined ? "" : ` capped at ${cap}`}`;
}

/** Where the sequence of every row begins and ends, for sequences of these lengths. */
export function packedSequences(lengths: readonly number[]): { sequence_start: HostValue; sequence_end: HostValue; rows: number } {
  const ends = lengths.map((_, i) => lengths.slice(0, i + 1).reduce((a, b) => a + b, 0));
  const each = (of: (i: number) => number): number[] => lengths.flatMap((length, i) => Array<number>(length).fill(of(i)));
  const rows = ends.at(-1)!;
  const u32 = (data: number[]): HostValue => given([rows], data, "u32");
  return { rows, sequence_start: u32(each((i) => ends[i]! - lengths[i]!)), sequence_end: u32(each((i) => ends[i]!)) };
}

/** The structure of groups of sequences that share rows. */
function packedGroups(groups: readonly SequenceGroup[]) {
  const { sequence_start, sequence_end, attended, query_end } = packGroups(groups);
  const rows = query_end.length;
  const u32 = (data: Uint32Array): HostValue => given([rows, data.length / rows].slice(0, data.length / rows), [...data], "u32");
  return { rows, sequence_start: u32(sequence_start), sequence_end: u32(sequence_end), attended: u32(attended), query_end: u32(query_end) };
}

type Shape = (typeof SHAPES)[number];

/** Groups of 1, 3 and 7, rows of more than a tile, sequences of one row, and a head of no whole quads. */
const TILED: readonly Shape[] = [
  { lengths: [33, 1, 1, 1, 40], layout: { heads: 1, keyValueHeads: 1, headDim: 4 } },
  { lengths: [3, 2], layout: { heads: 7, keyValueHeads: 1, headDim: 8 } },
  { lengths: [35, 2], layout: { heads: 2, keyValueHeads: 2, headDim: 4, cap: 0.8 } },
  { lengths: [9, 2], layout: { heads: 6, keyValueHeads: 2, headDim: 7, scale: 0.2 } },
];

/** Heads of several slices and parts, over several blocks, which software adapters compile for a minute. */
const LARGE: readonly Shape[] = [
  { lengths: [34, 1], layout: { heads: 2, keyValueHeads: 1, headDim: 20 } },
  { lengths: [34, 3], layout: { heads: 2, keyValueHeads: 1, headDim: 64 } },
  { lengths: [34, 2], layout: { heads: 1, keyValueHeads: 1, headDim: 96 } },
  { lengths: [34, 2], layout: { heads: 1, keyValueHeads: 1, headDim: 128 } },
  { lengths: [34], layout: { heads: 1, keyValueHeads: 1, headDim: 256 } },
];

const withGradients = [...SHAPES.map((shape) => caseOf(shape)), ...TILED.map((shape) => caseOf(shape, "tiles"))];

/** For GPUs, and for `verify --full` on software adapters. */
export const largeAttentionCases: readonly OpCase[] = LARGE.map((shape) => ({ ...caseOf(shape, "tiles"), quick: false, slow: true }));

function caseOf({ lengths, layout }: Shape, sharing?: OperandSharing): OpCase {
  const { headDim, cap } = layout;
  const { rows, ...structure } = packedSequences(lengths);
  const means = sharing ? ` by ${sharing}` : "";
  return {
    name: "causal_attention",
    title: `sequences of ${lengths.join(" ")}${means} with ${describeHeads(layout)}`,
    tolerance: 2e-5,
    forGpus: sharing === "tiles",
    quick: headDim === 7 || headDim === 12 || (cap !== undefined && !sharing),
    slow: headDim === 16 || headDim === 20,
    inputs: { qkv: normal([rows, packedWidth(layout)], 1), ...structure },
    dynamicRows: ["qkv", "sequence_start", "sequence_end"],
    op: ({ qkv, sequence_start, sequence_end }) => ({
      out: causalAttention(qkv!, { sequenceStart: sequence_start!, sequenceEnd: sequence_end! }, layout, { sharing }),
    }),
    reference: (inputs) => ({ out: causalAttentionReference(inputs, layout).out }),
    gradients: ["qkv"],
  };
}

/** Groups that share no row, or one, or more than a tile; sequences of no row; several groups in a tile. */
const SHARED: readonly { readonly groups: readonly SequenceGroup[]; readonly layout: HeadLayout }[] = [
  {
    groups: [
      { shared: 5, own: [3, 1, 4] },
      { shared: 0, own: [6] },
      { shared: 1, own: [2, 0, 9] },
      { shared: 2, own: [1] },
    ],
    layout: { heads: 4, keyValueHeads: 2, headDim: 8 },
  },
  { groups: [{ shared: 11, own: [12, 1] }], layout: { heads: 3, keyValueHeads: 3, headDim: 3 } },
];

/** The same inputs for kernels that share operands and those that do not. */
function sharedCases({ groups, layout }: (typeof SHARED)[number]): OpCase[] {
  const { rows, ...structure } = packedGroups(groups);
  const shown = groups.map(({ shared, own }) => `${shared}+${own.join("+")}`).join(" ");
  const inputs = { qkv: normal([rows, packedWidth(layout)], 3), ...structure };
  const reference: OpCase["reference"] = (values) => ({ out: causalAttentionReference(values, layout).out });
  return ([undefined, "tiles"] as const).map((sharing) => ({
    name: "causal_attention",
    title: `shared rows ${shown}${sharing ? ` by ${sharing}` : ""} with ${describeHeads(layout)}`,
    tolerance: 2e-5,
    forGpus: sharing === "tiles",
    quick: layout.headDim === 3,
    inputs,
    dynamicRows: ["qkv", "sequence_start", "sequence_end", "attended", "query_end"],
    op: ({ qkv, sequence_start, sequence_end, attended, query_end }) => ({
      out: causalAttention(
        qkv!,
        { sequenceStart: sequence_start!, sequenceEnd: sequence_end!, shared: { attended: attended!, queryEnd: query_end! } },
        layout,
        { sharing },
      ),
    }),
    reference,
    gradients: ["qkv"],
  }));
}

const shared = SHARED.flatMap(sharedCases);

function longSequences(): OpCase {
  const layout = { heads: 2, keyValueHeads: 1, headDim: 8 };
  const { rows, ...structure } = packedSequences([150, 3, 140]);
  return {
    name: "causal_attention",
    title: "sequences longer than any block with large scores",
    tolerance: 2e-5,
    quick: true,
    inputs: { qkv: normal([rows, packedWidth(layout)], 2, 4), ...structure },
    dynamicRows: ["qkv", "sequence_start", "sequence_end"],
    op: ({ qkv, sequence_start, sequence_end }) =>
      causalAttentionOp({ qkv: qkv!, sequence_start: sequence_start!, sequence_end: sequence_end! }, { layout }),
    reference: (inputs) => causalAttentionReference(inputs, layout),
  };
}

/** Windows that are shorter and longer than sequences, and than a block of a tile, of rows that are shared and of rows that are not. */
const WINDOWED: readonly { readonly groups: readonly SequenceGroup[]; readonly layout: HeadLayout; readonly window: number }[] = [
  { groups: [{ shared: 0, own: [9, 2, 14] }], layout: { heads: 4, keyValueHeads: 2, headDim: 8 }, window: 5 },
  { groups: [{ shared: 0, own: [75, 3] }], layout: { heads: 1, keyValueHeads: 1, headDim: 4 }, window: 9 },
  { groups: [{ shared: 0, own: [7, 4] }], layout: { heads: 2, keyValueHeads: 1, headDim: 7 }, window: 1 },
  {
    groups: [
      { shared: 5, own: [6, 1, 2] },
      { shared: 0, own: [6] },
      { shared: 2, own: [3, 7] },
    ],
    layout: { heads: 2, keyValueHeads: 1, headDim: 4, cap: 1.2 },
    window: 4,
  },
];

function windowedCases({ groups, layout, window }: (typeof WINDOWED)[number]): OpCase[] {
  const isShared = groups.some(({ shared }) => shared > 0);
  const positions = Array.from(packGroups(groups).positions);
  const { rows, attended, query_end, ...structure } = packedGroups(groups);
  const inputs = {
    qkv: normal([rows, packedWidth(layout)], 4),
    positions: given([rows], positions, "u32"),
    ...structure,
    ...(isShared ? { attended, query_end } : {}),
  };
  const shown = groups.map(({ shared, own }) => (isShared ? `${shared}+${own.join("+")}` : own.join(" "))).join(" ");
  // Software adapters compile tiles for seconds.
  const kernels = window === 9 || isShared ? ([undefined, "tiles"] as const) : [undefined];
  return kernels.map((sharing) => ({
    name: "causal_attention",
    title: `a window of ${window} over ${shown}${sharing ? ` by ${sharing}` : ""} with ${describeHeads(layout)}`,
    tolerance: 2e-5,
    forGpus: sharing === "tiles",
    quick: window === 5,
    inputs,
    dynamicRows: Object.keys(inputs),
    op: ({ qkv, sequence_start, sequence_end, positions, ...others }) => {
      const shared = isShared ? { attended: others.attended!, queryEnd: others.query_end! } : undefined;
      const sequences = { sequenceStart: sequence_start!, sequenceEnd: sequence_end!, positions, shared };
      return { out: causalAttention(qkv!, sequences, layout, { sharing, window }) };
    },
    reference: (values) => ({ out: causalAttentionReference(values, layout, window).out }),
    gradients: ["qkv"],
  }));
}

export const causalAttentionCases: readonly OpCase[] = [...withGradients, ...shared, ...WINDOWED.flatMap(windowedCases), longSequences()];
