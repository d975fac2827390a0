import { ceilDivide } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "./define.ts";
import { elementsOf } from "./elements.ts";

/** grad_x = grad_y gelu'(x), of any shape. */
export const geluBackwardOp = defineOp<{ x: Tensor; grad_y: Tensor }, "grad_x">({
  name: "gelu_backward",
  shape: ({ x }) => ({ grad_x: { shape: x.shape } }),
  forward: ({ inputs, outputs }) => {
    const { variant, count } = elementsOf(inputs.x.shape);
    const bindings = { ...inputs, ...outputs };
    return [{ kernel: "mlp/gelu_backward", variant, bindings, parameters: { count }, workgroups: ceilDivide(count, 64) }];
  },
});
