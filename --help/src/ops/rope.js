import { ceilDivide, product } from "../graph/scalar.js";
import { defineOp, shapeError } from "./define.js";
import { describePacked, headElements, isPacked } from "./heads.js";
/** x [N, (H + 2K) D], positions [N] u32, table [P, D] -> y [N, (H + 2K) D]. direction -1 rotates back. */
export const ropeOp = defineOp({
    name: "rope",
    shape: (inputs, { layout }) => {
        const { x, positions, table } = inputs;
        const { headDim } = layout;
        if (!isPacked(x, layout) || headDim % 2 !== 0 || positions.shape.length !== 1 || table.size(-1) !== headDim) {
            throw shapeError("rope", inputs, `x like ${describePacked(layout)}, an even number; positions [N] and table [P, ${headDim}]`);
        }
        return { y: { shape: x.shape } };
    },
    forward: ({ inputs, outputs, attributes: { layout, direction } }) => {
        const rows = inputs.x.shape[0];
        const { heads, keyValueHeads, headDim } = layout;
        const half = headDim / 2;
        const packedHeads = heads + 2 * keyValueHeads;
        const { variant, width } = headElements(headDim, half);
        return [
            {
                kernel: "attention/rope",
                variant,
                bindings: { ...inputs, ...outputs },
                parameters: { rows, heads: packedHeads, rotated_heads: heads + keyValueHeads, direction },
                workgroups: ceilDivide(product(rows, (packedHeads * half) / width), 64),
            },
        ];
    },
    backward: ({ inputs: { positions, table }, attributes }, { gradient }) => ({
        x: ropeOp({ x: gradient("y"), positions, table }, { ...attributes, direction: attributes.direction === 1 ? -1 : 1 }).y,
    }),
});
/**
 * Rotates the query and key heads of packed rows by their positions; value heads are copied.
 * qkv: [N, (H + 2K) D], D even; positions: [N] u32; table: [P, D] of ropeTable -> [N, (H + 2K) D]
 */
export function rope(qkv, positions, table, layout) {
    return ropeOp({ x: qkv, positions, table }, { layout, direction: 1 }).y;
}
