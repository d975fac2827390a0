import { packedWidth } from "../../ops/heads.ts";
import { qkNormOp } from "../../ops/qk_norm.ts";
import type { OpCase } from "../op_case.ts";
import { qkNormReference } from "../reference/qk_norm.ts";
import { normal } from "../values.ts";

const SHAPES = [
  [1, 1, 1, 1, 0],
  [3, 6, 2, 7, 0],
  [70, 2, 1, 12, 0],
  [130, 1, 1, 5, 0],
  [4, 3, 3, 34, 0],
  [5, 4, 1, 256, 1],
] as const;

export const qkNormCases: readonly OpCase[] = SHAPES.flatMap(([rows, heads, keyValueHeads, headDim, weightOffset]) =>
  [[], ["query_weight", "key_weight"]].map((parameters): OpCase => {
    const layout = { heads, keyValueHeads, headDim };
    const where = parameters.length === 0 ? "fresh gradients" : "onto sinks";
    return {
      name: "qk_norm",
      title: `${rows} rows with heads ${heads}/${keyValueHeads} of ${headDim}${weightOffset ? " and weights kept less 1" : ""} ${where}`,
      tolerance: 2e-5,
      quick: rows === 3 || rows === 70,
      inputs: {
        x: normal([rows, packedWidth(layout)], 1),
        query_weight: normal([headDim], 2),
        key_weight: normal([headDim], 3),
      },
      dynamicRows: ["x"],
      parameters,
      op: ({ x, query_weight, key_weight }) => ({
        y: qkNormOp({ x: x!, query_weight: query_weight!, key_weight: key_weight! }, { eps: 1e-2, layout, weightOffset }).y,
      }),
      reference: (inputs) => ({ y: qkNormReference(inputs, 1e-2, layout, weightOffset).y }),
      gradients: ["x", "query_weight", "key_weight"],
    };
  }),
);
