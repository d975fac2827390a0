import { add } from "../../ops/add.ts";
import { embedding } from "../../ops/embedding.ts";
import type { HostValue } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { embeddingReference } from "../reference/embedding.ts";
import { exact, given, integers, normal } from "../values.ts";

/** Small tables sum their gradient over blocks, large ones (over 256 rows) over lists; vec4 where the columns allow. */
const SHAPES = [
  [1, 1, 1],
  [5, 16, 12],
  [150, 7, 5],
  [200, 256, 3],
  [90, 257, 4],
  [131, 300, 3],
] as const;

/** The second half of the tokens comes from a few rows of the table, so that lists are long and rows stay untouched. */
function skewedTokens(rows: number, vocabulary: number): HostValue {
  const tokens = integers([rows], vocabulary, 3);
  return { ...tokens, data: tokens.data.map((token, row) => (row * 2 > rows ? token % 3 : token)) };
}

const gathers = SHAPES.flatMap(([rows, vocabulary, columns]) =>
  [["weight"], []].map(
    (parameters): OpCase => ({
      name: "embedding",
      title: `${rows} tokens of ${vocabulary} with ${columns} columns${parameters.length > 0 ? " onto sinks" : ""}`,
      tolerance: 2e-6,
      // A gather copies bits.
      tolerances: { y: 0 },
      quick: rows === 150 || rows === 131,
      inputs: { tokens: skewedTokens(rows, vocabulary), weight: normal([vocabulary, columns], 2) },
      dynamicRows: ["tokens"],
      parameters,
      op: ({ tokens, weight }) => ({ y: embedding(tokens!, weight!) }),
      reference: embeddingReference,
      gradients: ["weight"],
    }),
  ),
);

const dynamicTable: OpCase = {
  name: "embedding",
  title: "rows of hidden states whose number is dynamic",
  tolerance: 2e-6,
  tolerances: { y: 0 },
  inputs: { tokens: given([3], [4, 0, 4], "u32"), hidden: normal([6, 5], 1) },
  dynamicRows: ["hidden"],
  op: ({ tokens, hidden }) => ({ y: embedding(tokens!, hidden!) }),
  reference: ({ tokens, hidden }) => embeddingReference({ tokens: tokens!, weight: hidden! }),
  gradients: ["hidden"],
};

/** Tables of 16-bit numbers: rows that share a word, and quads. */
const stored = (["bf16", "f16"] as const).flatMap((dtype) =>
  [
    [9, 7, 5],
    [70, 16, 12],
  ].map(
    ([rows, vocabulary, columns]): OpCase => ({
      name: "embedding",
      title: `${rows} tokens of ${vocabulary} with ${columns} columns in ${dtype}`,
      tolerance: 0,
      quick: rows === 9,
      inputs: { tokens: skewedTokens(rows!, vocabulary!), weight: exact([vocabulary!, columns!], dtype, 2) },
      dynamicRows: ["tokens"],
      op: ({ tokens, weight }) => ({ y: embedding(tokens!, weight!) }),
      reference: embeddingReference,
    }),
  ),
);

/** The last piece is shorter than the others; tokens of every piece occur. */
const inPieces: OpCase = {
  name: "embedding",
  title: "tokens of a table in three pieces",
  tolerance: 0,
  quick: true,
  inputs: { tokens: skewedTokens(40, 11), a: normal([4, 5], 1), b: normal([4, 5], 2), c: normal([3, 5], 3) },
  dynamicRows: ["tokens"],
  op: ({ tokens, a, b, c }) => ({ y: embedding(tokens!, { pieces: [a!, b!, c!] }) }),
  reference: ({ tokens, a, b, c }) =>
    embeddingReference({ tokens: tokens!, weight: { shape: [11, 5], data: Float64Array.of(...a!.data, ...b!.data, ...c!.data) } }),
};

/** The addition goes into the kernel of the second table. */
const twoTables = [12, 5].map(
  (columns): OpCase => ({
    name: "embedding",
    title: `the sum of the rows of two tables of ${columns} columns`,
    tolerance: 2e-6,
    quick: true,
    inputs: { tokens: skewedTokens(40, 11), a: normal([11, columns], 1), b: normal([11, columns], 2) },
    dynamicRows: ["tokens"],
    op: ({ tokens, a, b }) => ({ y: add(embedding(tokens!, a!), embedding(tokens!, b!)) }),
    reference: ({ tokens, a, b }) => {
      const [one, other] = [a!, b!].map((weight) => embeddingReference({ tokens: tokens!, weight }).y);
      return { y: one!.map((value, i) => value + other![i]!) };
    },
    gradients: ["a", "b"],
  }),
);

export const embeddingCases: readonly OpCase[] = [...gathers, dynamicTable, ...stored, inPieces, ...twoTables];
