import { ceilDivide } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "./define.ts";
import { elementsOf } from "./elements.ts";

/** GELU's forms: "erf" is x/2 (1 + erf(x / sqrt 2)) itself, and "tanh" is GPT-2's approximation of it, off by up to 5e-4. */
export type GeluForm = "tanh" | "erf";

/** Without a form it is "tanh". */
export interface GeluAttributes {
  readonly form?: GeluForm | undefined;
}

/** grad_x = grad_y gelu'(x), of any shape. */
export const geluBackwardOp = defineOp<{ x: Tensor; grad_y: Tensor }, "grad_x", GeluAttributes>({
  name: "gelu_backward",
  shape: ({ x }) => ({ grad_x: { shape: x.shape } }),
  forward: ({ inputs, outputs, attributes: { form } }) => {
    const { variant, count } = elementsOf(inputs.x.shape);
    const conditions = { ...variant.conditions, ERF: form === "erf" };
    const bindings = { ...inputs, ...outputs };
    return [{ kernel: "mlp/gelu_backward", variant: { conditions }, bindings, parameters: { count }, workgroups: ceilDivide(count, 64) }];
  },
});
