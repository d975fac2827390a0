import type { Node } from "../../graph/trace.ts";
import type { MatmulCall } from "./problem.ts";

/** The call that also does what a reader of the product does, in its epilogue: add, gelu or the gradient of gelu. */
export function fuseReader(call: MatmulCall, reader: Node): MatmulCall | undefined {
  const { inputs, outputs, attributes } = call;
  if (inputs.residual || inputs.onto || attributes.activation || attributes.gradBias) return undefined;
  const { a, b, x, grad_y } = reader.inputs;
  switch (reader.op) {
    case "add":
      return { inputs: { ...inputs, residual: a === outputs.y ? b : a }, outputs: { ...outputs, y: reader.outputs.y! }, attributes };
    case "gelu":
      return { inputs, outputs: { ...outputs, activated: reader.outputs.y! }, attributes: { ...attributes, activation: "gelu" } };
    case "gelu_backward":
      if (inputs.bias || grad_y !== outputs.y) return undefined;
      return {
        inputs: { ...inputs, x },
        outputs: { ...outputs, y: reader.outputs.grad_x! },
        attributes: { ...attributes, activation: "gelu backward" },
      };
    default:
      return undefined;
  }
}
