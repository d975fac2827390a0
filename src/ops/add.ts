import { ceilDivide } from "../graph/scalar.ts";
import { describeShape, type Tensor } from "../graph/tensor.ts";
import { defineOp, shapeError } from "./define.ts";
import { elementsOf } from "./elements.ts";

/** y = a + b, of equal shapes. */
export const addOp = defineOp<{ a: Tensor; b: Tensor }, "y">({
  name: "add",
  shape: (inputs) => {
    if (describeShape(inputs.a.shape) !== describeShape(inputs.b.shape)) throw shapeError("add", inputs, "equal shapes");
    return { y: { shape: inputs.a.shape } };
  },
  forward: ({ inputs: { a, b }, outputs: { y } }) => {
    const { variant, count } = elementsOf(a.shape);
    return [{ kernel: "elementwise/add", variant, bindings: { a, b, y }, parameters: { count }, workgroups: ceilDivide(count, 64) }];
  },
  backward: (_, { gradient }) => ({ a: gradient("y"), b: gradient("y") }),
});

/** y = a + b, of tensors of one shape. */
export function add(a: Tensor, b: Tensor): Tensor {
  return addOp({ a, b }, {}).y;
}
