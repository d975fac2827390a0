import { ceilDivide, product } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp, type Op } from "./define.ts";
import type { HeadLayout } from "./heads.ts";

type Attributes = { layout: HeadLayout; direction: 1 | -1 };

type In = { x: Tensor; positions: Tensor; table: Tensor };

export const ropeOp: Op<In, "y", Attributes> = defineOp<In, "y", Attributes>({
  name: "rope",
  shape: ({ x }) => ({ y: { shape: x.shape } }),
  forward: ({ inputs, outputs, attributes: { layout, direction } }) => {
    const rows = inputs.x.shape[0]!;
    const width = inputs.x.size(1);
    const { heads, keyValueHeads, headDim } = layout;
    const parameters = { rows, width, rotated: (heads + keyValueHeads) * headDim, head_dim: headDim, direction };
    return [
      { kernel: "attention/rope", bindings: { ...inputs, ...outputs }, parameters, workgroups: ceilDivide(product(rows, width), 64) },
    ];
  },
  backward: ({ inputs: { positions, table }, attributes }, { gradient }) => ({
    x: ropeOp({ x: gradient("y")!, positions, table }, { ...attributes, direction: -1 }).y,
  }),
});

export function rope(qkv: Tensor, positions: Tensor, table: Tensor, layout: HeadLayout): Tensor {
  return ropeOp({ x: qkv, positions, table }, { layout, direction: 1 }).y;
}
