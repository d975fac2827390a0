import { ceilDivide, product, type Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { GradientSink } from "../graph/trace.ts";
import { defineOp } from "./define.ts";

/** y = x + accumulate * y, in place. */
export const addOntoOp = defineOp<{ x: Tensor; onto: Tensor }, "y", { accumulate: Scalar }>({
  name: "add_onto",
  shape: ({ onto }) => ({ y: { inPlaceOf: onto } }),
  forward: ({ inputs: { x }, outputs: { y }, attributes: { accumulate } }) => {
    const count = product(...x.shape);
    return [{ kernel: "elementwise/add_onto", bindings: { x, y }, parameters: { count, accumulate }, workgroups: ceilDivide(count, 64) }];
  },
});

/** Adds a gradient to a parameter's sink, in place. */
export function addOnto({ onto, accumulate }: GradientSink, x: Tensor): Tensor {
  return addOntoOp({ x, onto }, { accumulate }).y;
}
