import { ceilDivide } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "./define.ts";
import { elementsOf } from "./elements.ts";

/** y = max(x, 0)^2, of any shape. */
export const reluSquaredOp = defineOp<{ x: Tensor }, "y">({
  name: "relu_squared",
  shape: ({ x }) => ({ y: { shape: x.shape } }),
  forward: ({ inputs: { x }, outputs: { y } }) => {
    const { variant, count } = elementsOf(x.shape);
    return [{ kernel: "mlp/relu_squared", variant, bindings: { x, y }, parameters: { count }, workgroups: ceilDivide(count, 64) }];
  },
  backward: ({ inputs: { x } }, { gradient }) => ({ x: reluSquaredBackwardOp({ x, grad_y: gradient("y")! }, {}).grad_x }),
});

const reluSquaredBackwardOp = defineOp<{ x: Tensor; grad_y: Tensor }, "grad_x">({
  name: "relu_squared_backward",
  shape: ({ x }) => ({ grad_x: { shape: x.shape } }),
  forward: ({ inputs, outputs }) => {
    const { variant, count } = elementsOf(inputs.x.shape);
    const bindings = { ...inputs, ...outputs };
    return [{ kernel: "mlp/relu_squared_backward", variant, bindings, parameters: { count }, workgroups: ceilDivide(count, 64) }];
  },
});

/** max(x, 0)^2, of any shape (Primer, So et al. 2021, arXiv 2109.08668). */
export function reluSquared(x: Tensor): Tensor {
  return reluSquaredOp({ x }, {}).y;
}
