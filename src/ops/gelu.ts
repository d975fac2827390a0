import { EngineError } from "../gpu/errors.ts";
import { ceilDivide } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "./define.ts";
import { elementsOf } from "./elements.ts";
import { type GeluAttributes, type GeluForm, geluBackwardOp } from "./gelu_backward.ts";

export type { GeluForm } from "./gelu_backward.ts";

/**
 * y = x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))), of any shape: GPT-2's GELU (arXiv 1606.08415). In the form "erf" it is
 * y = x/2 * (1 + erf(x / sqrt(2))).
 */
export const geluOp = defineOp<{ x: Tensor }, "y", GeluAttributes>({
  name: "gelu",
  shape: ({ x }) => ({ y: { shape: x.shape } }),
  forward: ({ inputs: { x }, outputs: { y }, attributes: { form } }) => {
    const { variant, count } = elementsOf(x.shape);
    const conditions = { ...variant.conditions, ERF: form === "erf" };
    return [{ kernel: "mlp/gelu", variant: { conditions }, bindings: { x, y }, parameters: { count }, workgroups: ceilDivide(count, 64) }];
  },
  backward: ({ inputs: { x }, attributes }, { gradient }) => ({ x: geluBackwardOp({ x, grad_y: gradient("y")! }, attributes).grad_x }),
});

/** GELU of any shape: GPT-2's tanh form unless "erf" asks for the exact one, which PyTorch's nn.GELU() computes. */
export function gelu(x: Tensor, form: GeluForm = "tanh"): Tensor {
  if (form !== "tanh" && form !== "erf") throw new EngineError(`gelu: form is ${String(form)}; it must be tanh or erf`);
  return geluOp({ x }, { form }).y;
}
