import type { Tensor } from "../graph/tensor.ts";
import { callOf, defineOp, type Op, shapeError } from "./define.ts";
import { describePacked, type HeadLayout, isPacked, isRotary, rotationOf } from "./heads.ts";
import { canRotateInto, ropeCacheWriteOp } from "./rope_cache_write.ts";

type In = { x: Tensor; positions: Tensor; table: Tensor };
type Attributes = { readonly layout: HeadLayout; readonly direction: 1 | -1 };

/** x [N, (H + 2K) D], positions [N] u32, table [P, R] -> y [N, (H + 2K) D]. direction -1 rotates back. */
export const ropeOp: Op<In, "y", Attributes> = defineOp<In, "y", Attributes>({
  name: "rope",
  shape: (inputs, { layout }) => {
    const { x, positions, table } = inputs;
    const { headDim } = layout;
    if (!isPacked(x, layout) || positions.shape.length !== 1 || !isRotary(table.size(-1), layout)) {
      const table = `table [P, R] with an even R of at most ${headDim}`;
      throw shapeError("rope", inputs, `x like ${describePacked(layout)}, an even number; positions [N] and ${table}`);
    }
    return { y: { shape: x.shape } };
  },
  forward: ({ inputs, outputs, attributes: { layout, direction } }, device) => {
    const rows = inputs.x.shape[0]!;
    const { heads, keyValueHeads } = layout;
    const { variant, heads_together, workgroups } = rotationOf(device, layout, inputs.table.size(-1), rows);
    return [
      {
        kernel: "attention/rope",
        variant,
        bindings: { ...inputs, ...outputs },
        parameters: { rows, heads: heads + 2 * keyValueHeads, rotated_heads: heads + keyValueHeads, heads_together, direction },
        workgroups,
      },
    ];
  },
  fuse: ({ inputs, outputs: { y }, attributes: { layout, direction } }, reader) => {
    const { qkv, positions, origin, cache_keys, cache_values } = reader.inputs;
    const isOwn = reader.op === "cache_write" && qkv === y && positions === inputs.positions && direction === 1;
    if (!isOwn || !origin || !cache_keys || !cache_values || !canRotateInto(cache_keys, layout, inputs.table.size(-1))) return [];
    const written = { cache_keys: reader.outputs.cache_keys!, cache_values: reader.outputs.cache_values! };
    const both = { ...inputs, origin, cache_keys, cache_values };
    return [callOf(ropeCacheWriteOp, { inputs: both, outputs: { y, ...written }, attributes: { layout } })];
  },
  backward: ({ inputs: { positions, table }, attributes }, { gradient }) => ({
    x: ropeOp({ x: gradient("y")!, positions, table }, { ...attributes, direction: attributes.direction === 1 ? -1 : 1 }).y,
  }),
});

/**
 * Rotates the first R numbers of the query and key heads of packed rows by their positions; all else is copied.
 * qkv: [N, (H + 2K) D], D even; positions: [N] u32; table: [P, R] of ropeTable, R = D or a smaller even number -> [N, (H + 2K) D]
 */
export function rope(qkv: Tensor, positions: Tensor, table: Tensor, layout: HeadLayout): Tensor {
  return ropeOp({ x: qkv, positions, table }, { layout, direction: 1 }).y;
}
