import { ceilDivide } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "./define.ts";
import { elementsOf } from "./elements.ts";

/** y = factor * x, of any shape. */
export const scaleOp = defineOp<{ x: Tensor }, "y", { readonly factor: number }>({
  name: "scale",
  shape: ({ x }) => ({ y: { shape: x.shape } }),
  forward: ({ inputs: { x }, outputs: { y }, attributes: { factor } }) => {
    const { variant, count } = elementsOf(x.shape);
    const workgroups = ceilDivide(count, 64);
    return [{ kernel: "elementwise/scale", variant, bindings: { x, y }, parameters: { count, factor }, workgroups }];
  },
  backward: ({ attributes: { factor } }, { gradient }) => ({ x: scale(gradient("y")!, factor) }),
});

/** factor * x, of any shape. */
export function scale(x: Tensor, factor: number): Tensor {
  return scaleOp({ x }, { factor }).y;
}
