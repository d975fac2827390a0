import { decodeAttention } from "../../ops/decode_attention.js";
import { decodeAttentionReference } from "../reference/decode_attention.js";
import { given, normal } from "../values.js";
const LAYOUTS = [
    { heads: 4, keyValueHeads: 1, headDim: 12 },
    { heads: 3, keyValueHeads: 3, headDim: 10 },
    { heads: 6, keyValueHeads: 2, headDim: 7 },
    { heads: 5, keyValueHeads: 5, headDim: 16 },
    { heads: 2, keyValueHeads: 1, headDim: 64 },
    { heads: 9, keyValueHeads: 3, headDim: 1 },
    { heads: 1, keyValueHeads: 1, headDim: 37 },
];
function caseOf(layout, split) {
    const { heads, keyValueHeads, headDim } = layout;
    const cache = [4, 20, keyValueHeads, headDim];
    const cache_keys = normal(cache, 2);
    // Beyond the newest position a cache holds anything.
    cache_keys.data.fill(Number.NaN, 19 * keyValueHeads * headDim, 20 * keyValueHeads * headDim);
    return {
        name: "decode_attention",
        title: `by ${split} with heads ${heads}/${keyValueHeads} of ${headDim}`,
        tolerance: 2e-5,
        quick: headDim === 7 || headDim === 12,
        inputs: {
            qkv: normal([3, (heads + 2 * keyValueHeads) * headDim], 1),
            cache_keys,
            cache_values: normal(cache, 3),
            positions: given([3], [18, 0, 7], "u32"),
        },
        dynamicRows: ["qkv", "positions"],
        op: ({ qkv, cache_keys, cache_values, positions }) => ({
            out: decodeAttention(qkv, cache_keys, cache_values, positions, layout, split),
        }),
        reference: (inputs) => decodeAttentionReference(inputs, layout),
    };
}
export const decodeAttentionCases = LAYOUTS.flatMap((layout) => [caseOf(layout, "elements"), caseOf(layout, "keys")]);
