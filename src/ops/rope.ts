import type { Tensor } from "../graph/tensor.ts";
import { defineOp, type Op, shapeError } from "./define.ts";
import { type HeadLayout, packedWidth } from "./heads.ts";

type In = { x: Tensor; positions: Tensor; table: Tensor };
type Attributes = { readonly layout: HeadLayout; readonly direction: 1 | -1 };

/** x [N, (H + 2K) D], positions [N] u32, table [P, D] -> y: query and key heads rotated by their position. */
export const ropeOp: Op<In, "y", Attributes> = defineOp<In, "y", Attributes>({
  name: "rope",
  shape: (inputs, { layout }) => {
    const { x, positions, table } = inputs;
    if (x.size(1) !== packedWidth(layout) || layout.headDim % 2 !== 0 || table.size(1) !== layout.headDim || positions.dtype !== "u32") {
      throw shapeError("rope", inputs, "x [N, (H + 2K) D] with an even D, positions [N] of u32 and a table [P, D]");
    }
    return { y: { shape: x.shape } };
  },
  forward: ({ inputs, outputs, attributes: { layout, direction } }) => {
    const rows = inputs.x.shape[0]!;
    const { heads, keyValueHeads, headDim } = layout;
    const parameters = { rows, rotated_heads: heads + keyValueHeads, copied_heads: keyValueHeads, head_dim: headDim, direction };
    return [{ kernel: "attention/rope", bindings: { ...inputs, ...outputs }, parameters, workgroups: rows }];
  },
  // A rotation's transpose is the rotation back.
  backward: ({ inputs: { positions, table }, attributes }, { gradient }) => ({
    x: ropeOp({ x: gradient("y")!, positions, table }, { ...attributes, direction: attributes.direction === 1 ? -1 : 1 }).y,
  }),
});

/** Rotates the query and key heads of packed qkv by their positions; `table` is `ropeTable`'s. */
export function rope(qkv: Tensor, positions: Tensor, table: Tensor, layout: HeadLayout): Tensor {
  return ropeOp({ x: qkv, positions, table }, { layout, direction: 1 }).y;
}
