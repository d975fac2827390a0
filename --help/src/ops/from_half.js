import { ceilDivide, product } from "../graph/scalar.js";
import { defineOp } from "./define.js";
/** half [N, C / 2] u32 -> y [N, C]: what to_half stored. */
export const fromHalfOp = defineOp({
    name: "from_half",
    shape: ({ half }) => ({ y: { shape: [...half.shape.slice(0, -1), half.size(-1) * 2] } }),
    forward: ({ inputs: { half }, outputs: { y } }) => {
        const count = product(...half.shape);
        return [{ kernel: "elementwise/from_half", bindings: { half, y }, parameters: { count }, workgroups: ceilDivide(count, 64) }];
    },
});
/** What toHalf stored, as 32-bit floats. */
export function fromHalf(half) {
    return fromHalfOp({ half }, {}).y;
}
