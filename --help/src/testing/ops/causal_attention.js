import { causalAttention, causalAttentionOp } from "../../ops/causal_attention.js";
import { causalAttentionReference } from "../reference/causal_attention.js";
import { given, normal } from "../values.js";
const SHAPES = [
    { lengths: [1], layout: { heads: 1, keyValueHeads: 1, headDim: 4 } },
    { lengths: [1, 5, 17, 2], layout: { heads: 4, keyValueHeads: 1, headDim: 12 } },
    { lengths: [3, 14, 14], layout: { heads: 3, keyValueHeads: 3, headDim: 10 } },
    { lengths: [9, 2], layout: { heads: 6, keyValueHeads: 2, headDim: 7 } },
    { lengths: [1, 5, 17, 2], layout: { heads: 2, keyValueHeads: 2, headDim: 16 } },
    { lengths: [11], layout: { heads: 1, keyValueHeads: 1, headDim: 20 } },
];
/** Where the sequence of every row begins and ends, for sequences of these lengths. */
export function packedSequences(lengths) {
    const ends = lengths.map((_, i) => lengths.slice(0, i + 1).reduce((a, b) => a + b, 0));
    const each = (of) => lengths.flatMap((length, i) => Array(length).fill(of(i)));
    const rows = ends.at(-1);
    const u32 = (data) => given([rows], data, "u32");
    return { rows, sequence_start: u32(each((i) => ends[i] - lengths[i])), sequence_end: u32(each((i) => ends[i])) };
}
export function packedColumns({ heads, keyValueHeads, headDim }) {
    return (heads + 2 * keyValueHeads) * headDim;
}
const WAYS = [
    ...SHAPES.map((shape) => [shape, undefined]),
    [SHAPES[1], "workgroup memory"],
    [SHAPES[3], "workgroup memory"],
];
const withGradients = WAYS.map(([{ lengths, layout }, sharing]) => {
    const { heads, keyValueHeads, headDim } = layout;
    const { rows, ...structure } = packedSequences(lengths);
    const means = sharing ? ` by ${sharing}` : "";
    return {
        name: "causal_attention",
        title: `sequences of ${lengths.join(" ")}${means} with heads ${heads}/${keyValueHeads} of ${headDim}`,
        tolerance: 2e-5,
        quick: headDim === 7 || headDim === 12,
        slow: headDim === 16 || headDim === 20,
        inputs: { qkv: normal([rows, packedColumns(layout)], 1), ...structure },
        dynamicRows: ["qkv", "sequence_start", "sequence_end"],
        op: ({ qkv, sequence_start, sequence_end }) => ({
            out: causalAttention(qkv, sequence_start, sequence_end, layout, sharing),
        }),
        reference: (inputs) => ({ out: causalAttentionReference(inputs, layout).out }),
        gradients: ["qkv"],
    };
});
function longSequences() {
    const layout = { heads: 2, keyValueHeads: 1, headDim: 8 };
    const { rows, ...structure } = packedSequences([150, 3, 140]);
    return {
        name: "causal_attention",
        title: "sequences longer than any block with large scores",
        tolerance: 2e-5,
        quick: true,
        inputs: { qkv: normal([rows, packedColumns(layout)], 2, 4), ...structure },
        dynamicRows: ["qkv", "sequence_start", "sequence_end"],
        op: ({ qkv, sequence_start, sequence_end }) => causalAttentionOp({ qkv: qkv, sequence_start: sequence_start, sequence_end: sequence_end }, { layout }),
        reference: (inputs) => causalAttentionReference(inputs, layout),
    };
}
export const causalAttentionCases = [...withGradients, longSequences()];
