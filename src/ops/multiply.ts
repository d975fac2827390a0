import { ceilDivide } from "../graph/scalar.ts";
import { describeShape, type Tensor } from "../graph/tensor.ts";
import { defineOp, shapeError } from "./define.ts";
import { elementsOf } from "./elements.ts";

/** y = a * b element by element, of equal shapes. */
export const multiplyOp = defineOp<{ a: Tensor; b: Tensor }, "y">({
  name: "multiply",
  shape: (inputs) => {
    if (describeShape(inputs.a.shape) !== describeShape(inputs.b.shape)) throw shapeError("multiply", inputs, "equal shapes");
    return { y: { shape: inputs.a.shape } };
  },
  forward: ({ inputs: { a, b }, outputs: { y } }) => {
    const { variant, count } = elementsOf(a.shape);
    return [{ kernel: "elementwise/multiply", variant, bindings: { a, b, y }, parameters: { count }, workgroups: ceilDivide(count, 64) }];
  },
  backward: ({ inputs: { a, b } }, { gradient, needs }) => {
    const grad_y = gradient("y")!;
    return { a: needs("a") ? multiply(grad_y, b) : undefined, b: needs("b") ? multiply(grad_y, a) : undefined };
  },
});

/** a * b element by element. */
export function multiply(a: Tensor, b: Tensor): Tensor {
  return multiplyOp({ a, b }, {}).y;
}
