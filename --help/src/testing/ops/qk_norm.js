import { qkNormOp } from "../../ops/qk_norm.js";
import { qkNormReference } from "../reference/qk_norm.js";
import { normal } from "../values.js";
const SHAPES = [
    [1, 1, 1, 1],
    [3, 6, 2, 7],
    [70, 2, 1, 12],
    [130, 1, 1, 5],
    [4, 3, 3, 34],
];
export const qkNormCases = SHAPES.flatMap(([rows, heads, keyValueHeads, headDim]) => [[], ["query_weight", "key_weight"]].map((parameters) => {
    const layout = { heads, keyValueHeads, headDim };
    const where = parameters.length === 0 ? "fresh gradients" : "onto sinks";
    return {
        name: "qk_norm",
        title: `${rows} rows with heads ${heads}/${keyValueHeads} of ${headDim} ${where}`,
        tolerance: 2e-5,
        quick: rows === 3 || rows === 70,
        inputs: {
            x: normal([rows, (heads + 2 * keyValueHeads) * headDim], 1),
            query_weight: normal([headDim], 2),
            key_weight: normal([headDim], 3),
        },
        dynamicRows: ["x"],
        parameters,
        op: ({ x, query_weight, key_weight }) => ({
            y: qkNormOp({ x: x, query_weight: query_weight, key_weight: key_weight }, { eps: 1e-2, layout }).y,
        }),
        reference: (inputs) => ({ y: qkNormReference(inputs, 1e-2, layout).y }),
        gradients: ["x", "query_weight", "key_weight"],
    };
}));
