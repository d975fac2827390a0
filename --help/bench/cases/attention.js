import { packRows } from "../../src/nn/rows.js";
import { cacheWrite } from "../../src/ops/cache_write.js";
import { causalAttention, causalAttentionOp } from "../../src/ops/causal_attention.js";
import { decodeAttention } from "../../src/ops/decode_attention.js";
import { packedWidth } from "../../src/ops/heads.js";
import { cacheWriteReference } from "../../src/testing/reference/cache_write.js";
import { causalAttentionReference } from "../../src/testing/reference/causal_attention.js";
import { decodeAttentionReference } from "../../src/testing/reference/decode_attention.js";
import { given, integers, normal } from "../../src/testing/values.js";
import { gradientCase } from "../gradient_case.js";
import { opCase } from "../op_case.js";
const PACKED = [
    { sequences: 8, length: 128, layout: { heads: 4, keyValueHeads: 4, headDim: 32 } },
    { sequences: 16, length: 64, layout: { heads: 4, keyValueHeads: 4, headDim: 32 } },
    { sequences: 8, length: 128, layout: { heads: 8, keyValueHeads: 2, headDim: 32 } },
    { sequences: 4, length: 128, layout: { heads: 4, keyValueHeads: 4, headDim: 64 } },
];
/** Sequences that decode together, in caches of `length` positions that are filled to half on average. */
const DECODING = [
    { sequences: 256, length: 64, layout: { heads: 4, keyValueHeads: 4, headDim: 32 } },
    { sequences: 32, length: 512, layout: { heads: 8, keyValueHeads: 2, headDim: 64 } },
];
export const attentionCases = [
    ...PACKED.flatMap((packed) => [forwardCase(packed), backwardCase(packed)]),
    ...DECODING.flatMap((decoding) => [decodeCase(decoding), cacheWriteCase(decoding)]),
];
function describe({ sequences, length, layout: { heads, keyValueHeads, headDim } }) {
    const grouped = keyValueHeads === heads ? "" : `/${keyValueHeads}`;
    return `B${sequences} T${length} H${heads}${grouped} D${headDim}`;
}
function packedInputs({ sequences, length, layout }) {
    const rows = sequences * length;
    const { sequence_start, sequence_end } = packRows(new Array(sequences).fill(length));
    return {
        qkv: normal([rows, packedWidth(layout)], 1),
        sequence_start: given([rows], [...sequence_start], "u32"),
        sequence_end: given([rows], [...sequence_end], "u32"),
    };
}
/** Pairs of a query and a key at or before its position, over all heads. A product costs 2 D operations per pair. */
function pairsOf({ sequences, length, layout }) {
    return layout.heads * sequences * ((length * (length + 1)) / 2);
}
function forwardCase(packed) {
    const { sequences, length, layout } = packed;
    const rows = sequences * length;
    return opCase({
        op: "causal_attention",
        shape: describe(packed),
        flops: 4 * layout.headDim * pairsOf(packed),
        bytes: 4 * rows * (packedWidth(layout) + layout.heads * layout.headDim),
        inputs: () => packedInputs(packed),
        build: (i) => ({ out: causalAttention(i.qkv, i.sequence_start, i.sequence_end, layout) }),
        reference: (inputs) => ({ out: causalAttentionReference(inputs, layout).out }),
    });
}
/** The backward pass takes five products per pair: the weights again, and the gradients of weights, queries, keys and values. */
function backwardCase(packed) {
    const { sequences, length, layout } = packed;
    const rows = sequences * length;
    return gradientCase({
        op: causalAttentionOp,
        attributes: { layout },
        shape: describe(packed),
        flops: 10 * layout.headDim * pairsOf(packed),
        bytes: 4 * rows * (2 * packedWidth(layout) + 2 * layout.heads * layout.headDim),
        inputs: () => packedInputs(packed),
        output: "out",
        gradients: ["qkv"],
        reference: (inputs) => causalAttentionReference(inputs, layout),
    });
}
function cacheShape({ sequences, length, layout }) {
    return [sequences, length, layout.keyValueHeads, layout.headDim];
}
function decodeCase(decoding) {
    const { sequences, length, layout } = decoding;
    const { heads, keyValueHeads, headDim } = layout;
    const positions = integers([sequences], length, 2);
    const attended = positions.data.reduce((sum, position) => sum + position + 1, 0);
    return opCase({
        op: "decode_attention",
        shape: describe(decoding),
        flops: 4 * headDim * heads * attended,
        bytes: 4 * (2 * attended * keyValueHeads * headDim + 2 * sequences * heads * headDim),
        inputs: () => ({
            qkv: normal([sequences, packedWidth(layout)], 1),
            positions,
            cache_keys: normal(cacheShape(decoding), 3),
            cache_values: normal(cacheShape(decoding), 4),
        }),
        build: (i) => ({ out: decodeAttention(i.qkv, i.cache_keys, i.cache_values, i.positions, layout) }),
        reference: (inputs) => decodeAttentionReference(inputs, layout),
    });
}
/** Writes whole prompts of half the cache's length. */
function cacheWriteCase(decoding) {
    const { sequences, layout } = decoding;
    const length = decoding.length / 2;
    const rows = sequences * length;
    return opCase({
        op: "cache_write",
        shape: describe({ ...decoding, length }),
        flops: 0,
        bytes: 4 * rows * 4 * layout.keyValueHeads * layout.headDim,
        inputs: () => ({
            qkv: normal([rows, packedWidth(layout)], 1),
            cache_keys: normal(cacheShape(decoding), 2),
            cache_values: normal(cacheShape(decoding), 3),
            sequence: given([rows], Array.from({ length: rows }, (_, row) => Math.floor(row / length)), "u32"),
            positions: given([rows], Array.from({ length: rows }, (_, row) => row % length), "u32"),
        }),
        build: (i) => {
            const written = cacheWrite(i.qkv, i.cache_keys, i.cache_values, i.sequence, i.positions, layout);
            return { cache_keys: written.cacheKeys, cache_values: written.cacheValues };
        },
        reference: (inputs) => cacheWriteReference(inputs, layout),
    });
}
