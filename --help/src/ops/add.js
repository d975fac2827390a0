import { ceilDivide } from "../graph/scalar.js";
import { describeShape } from "../graph/tensor.js";
import { defineOp, shapeError } from "./define.js";
import { elementsOf } from "./elements.js";
/** y = a + b, of equal shapes. */
export const addOp = defineOp({
    name: "add",
    shape: (inputs) => {
        if (describeShape(inputs.a.shape) !== describeShape(inputs.b.shape))
            throw shapeError("add", inputs, "equal shapes");
        return { y: { shape: inputs.a.shape } };
    },
    forward: ({ inputs: { a, b }, outputs: { y } }) => {
        const { variant, count } = elementsOf(a.shape);
        return [{ kernel: "elementwise/add", variant, bindings: { a, b, y }, parameters: { count }, workgroups: ceilDivide(count, 64) }];
    },
    backward: (_, { gradient }) => ({ a: gradient("y"), b: gradient("y") }),
});
/** y = a + b, of tensors of one shape. */
export function add(a, b) {
    return addOp({ a, b }, {}).y;
}
