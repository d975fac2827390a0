import { ceilDivide, product } from "../graph/scalar.js";
import { defineOp, shapeError } from "./define.js";
/** x [N, C], C even -> half [N, C / 2] u32, or `into` in place: each word holds two values rounded to 16 bits. */
export const toHalfOp = defineOp({
    name: "to_half",
    shape: (inputs) => {
        const last = inputs.x.shape.at(-1);
        if (typeof last !== "number" || last % 2 !== 0)
            throw shapeError("to_half", inputs, "an even last dimension");
        if (inputs.into)
            return { half: { inPlaceOf: inputs.into } };
        return { half: { shape: [...inputs.x.shape.slice(0, -1), last / 2], dtype: "u32" } };
    },
    forward: ({ inputs: { x }, outputs: { half } }) => {
        const count = product(...half.shape);
        return [{ kernel: "elementwise/to_half", bindings: { x, half }, parameters: { count }, workgroups: ceilDivide(count, 64) }];
    },
});
/** x in half the memory, written to `into` where that is given. */
export function toHalf(x, into) {
    return toHalfOp({ x, into }, {}).half;
}
