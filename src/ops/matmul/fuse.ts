import type { Tensor } from "../../graph/tensor.ts";
import type { Node } from "../../graph/trace.ts";
import { type Activation, isWhole, type MatmulCall, sizesOf } from "./problem.ts";

/** The calls that also do what a reader of the product does, in its epilogue: add, gelu, swiglu or the backward pass of either. */
export function fuseReader(call: MatmulCall, reader: Node): readonly MatmulCall[] {
  const { inputs, outputs, attributes } = call;
  if (inputs.residual || inputs.onto || attributes.activation || attributes.gradBias) return [];
  const { a, b, x, gate_up, grad_y } = reader.inputs;
  const { y, grad_x, grad_gate_up } = reader.outputs;
  const isErf = reader.attributes?.form === "erf";
  switch (reader.op) {
    case "add":
      return [{ ...call, inputs: { ...inputs, residual: a === outputs.y ? b : a }, outputs: { ...outputs, y: y! } }];
    case "gelu":
      return withActivation(call, isErf ? "gelu erf" : "gelu", y!);
    case "swiglu":
      return attributes.layout === "NT" && isWide(call) ? withActivation(call, "swiglu", y!) : [];
    case "gelu_backward":
      return grad_y === outputs.y && !inputs.bias
        ? [backwardOf(call, isErf ? "gelu erf backward" : "gelu backward", { x: x!, y: grad_x! })]
        : [];
    case "swiglu_backward":
      return grad_y === outputs.y && isWide(call) ? [backwardOf(call, "swiglu backward", { x: gate_up!, y: grad_gate_up! })] : [];
    default:
      return [];
  }
}

/** Whether rows of the product are whole quads, for which alone the epilogue knows swiglu. */
function isWide({ inputs, attributes }: MatmulCall): boolean {
  return isWhole(sizesOf(inputs, attributes).columns) && attributes.valid === undefined;
}

/** Without the product where nothing else reads it, else with it. */
function withActivation(call: MatmulCall, activation: Activation, activated: Tensor): MatmulCall[] {
  const { inputs, outputs, attributes } = call;
  return [
    { inputs, outputs: { ...outputs, y: activated }, attributes: { ...attributes, activation } },
    { inputs, outputs: { ...outputs, activated }, attributes: { ...attributes, activation, keepsProduct: true } },
  ];
}

function backwardOf({ inputs, outputs, attributes }: MatmulCall, activation: Activation, { x, y }: { x: Tensor; y: Tensor }): MatmulCall {
  return { inputs: { ...inputs, x }, outputs: { ...outputs, y }, attributes: { ...attributes, activation } };
}
