import { embedding, embeddingOp } from "../../src/ops/embedding.ts";
import { embeddingReference } from "../../src/testing/reference/embedding.ts";
import { integers, normal } from "../../src/testing/values.ts";
import { gradientCase } from "../gradient_case.ts";
import type { BenchCase } from "../harness.ts";
import { opCase } from "../op_case.ts";

/** A vocabulary of characters and one of words: their gradients are summed in different ways. */
const SHAPES = [
  [2048, 64, 128],
  [2048, 8192, 256],
] as const;

export const embeddingCases: readonly BenchCase[] = SHAPES.flatMap(([rows, vocabulary, columns]) => {
  const shape = `N${rows} V${vocabulary} C${columns}`;
  const inputs = () => ({ tokens: integers([rows], vocabulary, 1), weight: normal([vocabulary, columns], 2) });
  return [
    opCase({
      op: "embedding",
      shape,
      flops: 0,
      bytes: 4 * (rows + (rows + Math.min(rows, vocabulary)) * columns),
      inputs,
      build: (i) => ({ y: embedding(i.tokens!, i.weight!) }),
      reference: embeddingReference,
    }),
    gradientCase({
      op: embeddingOp,
      attributes: { first: 0, total: vocabulary },
      shape,
      flops: rows * columns,
      bytes: 4 * (rows + (rows + vocabulary) * columns),
      inputs,
      output: "y",
      gradients: ["weight"],
      reference: embeddingReference,
    }),
  ];
});
