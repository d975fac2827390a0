import { ceilDivide } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp, shapeError } from "./define.ts";
import { elementsOf } from "./elements.ts";

/** gate_up [N, 2F] (gate, then up) -> y [N, F] = silu(gate) * up (Shazeer 2020, arXiv 2002.05202). */
export const swigluOp = defineOp<{ gate_up: Tensor }, "y">({
  name: "swiglu",
  shape: (inputs) => {
    const [rows, width] = inputs.gate_up.shape;
    if (inputs.gate_up.shape.length !== 2 || typeof width !== "number" || width % 2 !== 0) {
      throw shapeError("swiglu", inputs, "gate_up [N, 2F]: the gate and up halves of each row");
    }
    return { y: { shape: [rows!, width / 2] } };
  },
  forward: ({ inputs: { gate_up }, outputs: { y } }) => {
    const { variant, columns, count } = elementsOf(y.shape);
    const parameters = { rows: y.shape[0]!, columns };
    return [{ kernel: "mlp/swiglu", variant, bindings: { gate_up, y }, parameters, workgroups: ceilDivide(count, 64) }];
  },
  backward: ({ inputs: { gate_up } }, { gradient }) => ({
    gate_up: swigluBackward({ gate_up, grad_y: gradient("y")! }, {}).grad_gate_up,
  }),
});

export const swigluBackward = defineOp<{ gate_up: Tensor; grad_y: Tensor }, "grad_gate_up">({
  name: "swiglu_backward",
  shape: ({ gate_up }) => ({ grad_gate_up: { shape: gate_up.shape } }),
  forward: ({ inputs, outputs }) => {
    const { variant, columns, count } = elementsOf(inputs.grad_y.shape);
    const parameters = { rows: inputs.grad_y.shape[0]!, columns };
    return [{ kernel: "mlp/swiglu_backward", variant, bindings: { ...inputs, ...outputs }, parameters, workgroups: ceilDivide(count, 64) }];
  },
});

/** silu(gate) * up of gate_up [N, 2F], whose rows hold the gate and then up: [N, F]. */
export function swiglu(gateUp: Tensor): Tensor {
  return swigluOp({ gate_up: gateUp }, {}).y;
}
