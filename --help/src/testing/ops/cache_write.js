import { cacheWriteOp } from "../../ops/cache_write.js";
import { cacheWriteReference } from "../reference/cache_write.js";
import { given, normal } from "../values.js";
const LAYOUTS = [
    { heads: 4, keyValueHeads: 1, headDim: 12 },
    { heads: 6, keyValueHeads: 2, headDim: 7 },
    { heads: 3, keyValueHeads: 3, headDim: 32 },
];
export const cacheWriteCases = LAYOUTS.map((layout) => {
    const { heads, keyValueHeads, headDim } = layout;
    const cache = [3, 5, keyValueHeads, headDim];
    return {
        name: "cache_write",
        title: `leaves all but the rows' places alone with heads ${heads}/${keyValueHeads} of ${headDim}`,
        tolerance: 0,
        quick: headDim !== 32,
        inputs: {
            qkv: normal([6, (heads + 2 * keyValueHeads) * headDim], 1),
            sequence: given([6], [2, 0, 0, 1, 2, 2], "u32"),
            positions: given([6], [0, 3, 4, 0, 1, 2], "u32"),
            cache_keys: normal(cache, 2),
            cache_values: normal(cache, 3),
        },
        dynamicRows: ["qkv", "sequence", "positions"],
        op: ({ qkv, sequence, positions, cache_keys, cache_values }) => cacheWriteOp({ qkv: qkv, sequence: sequence, positions: positions, cache_keys: cache_keys, cache_values: cache_values }, { layout }),
        reference: (inputs) => cacheWriteReference(inputs, layout),
    };
});
