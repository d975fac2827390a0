import { ceilDivide, product } from "../graph/scalar.js";
import { defineOp } from "./define.js";
/** y = x + accumulate * y, in place. */
export const addOntoOp = defineOp({
    name: "add_onto",
    shape: ({ onto }) => ({ y: { inPlaceOf: onto } }),
    forward: ({ inputs: { x }, outputs: { y }, attributes: { accumulate } }) => {
        const count = product(...x.shape);
        return [{ kernel: "elementwise/add_onto", bindings: { x, y }, parameters: { count, accumulate }, workgroups: ceilDivide(count, 64) }];
    },
});
/** Adds a gradient to a parameter's sink, in place. */
export function addOnto({ onto, accumulate }, x) {
    return addOntoOp({ x, onto }, { accumulate }).y;
}
