import { embedding } from "../../ops/embedding.js";
import { embeddingReference } from "../reference/embedding.js";
import { given, integers, normal } from "../values.js";
/** Small tables sum their gradient over blocks, large ones (over 256 rows) over lists; vec4 where the columns allow. */
const SHAPES = [
    [1, 1, 1],
    [5, 16, 12],
    [150, 7, 5],
    [200, 256, 3],
    [90, 257, 4],
    [131, 300, 3],
];
/** The second half of the tokens comes from a few rows of the table, so that lists are long and rows stay untouched. */
function skewedTokens(rows, vocabulary) {
    const tokens = integers([rows], vocabulary, 3);
    return { ...tokens, data: tokens.data.map((token, row) => (row * 2 > rows ? token % 3 : token)) };
}
const gathers = SHAPES.flatMap(([rows, vocabulary, columns]) => [["weight"], []].map((parameters) => ({
    name: "embedding",
    title: `${rows} tokens of ${vocabulary} with ${columns} columns${parameters.length > 0 ? " onto sinks" : ""}`,
    tolerance: 2e-6,
    // A gather copies bits.
    tolerances: { y: 0 },
    quick: rows === 150 || rows === 131,
    inputs: { tokens: skewedTokens(rows, vocabulary), weight: normal([vocabulary, columns], 2) },
    dynamicRows: ["tokens"],
    parameters,
    op: ({ tokens, weight }) => ({ y: embedding(tokens, weight) }),
    reference: embeddingReference,
    gradients: ["weight"],
})));
const dynamicTable = {
    name: "embedding",
    title: "rows of hidden states whose number is dynamic",
    tolerance: 2e-6,
    tolerances: { y: 0 },
    inputs: { tokens: given([3], [4, 0, 4], "u32"), hidden: normal([6, 5], 1) },
    dynamicRows: ["hidden"],
    op: ({ tokens, hidden }) => ({ y: embedding(tokens, hidden) }),
    reference: ({ tokens, hidden }) => embeddingReference({ tokens: tokens, weight: hidden }),
    gradients: ["hidden"],
};
export const embeddingCases = [...gathers, dynamicTable];
