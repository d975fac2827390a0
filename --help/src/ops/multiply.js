import { ceilDivide } from "../graph/scalar.js";
import { describeShape } from "../graph/tensor.js";
import { defineOp, shapeError } from "./define.js";
import { elementsOf } from "./elements.js";
/** y = a * b element by element, of equal shapes. */
export const multiplyOp = defineOp({
    name: "multiply",
    shape: (inputs) => {
        if (describeShape(inputs.a.shape) !== describeShape(inputs.b.shape))
            throw shapeError("multiply", inputs, "equal shapes");
        return { y: { shape: inputs.a.shape } };
    },
    forward: ({ inputs: { a, b }, outputs: { y } }) => {
        const { variant, count } = elementsOf(a.shape);
        return [{ kernel: "elementwise/multiply", variant, bindings: { a, b, y }, parameters: { count }, workgroups: ceilDivide(count, 64) }];
    },
    backward: ({ inputs: { a, b } }, { gradient, needs }) => {
        const grad_y = gradient("y");
        return { a: needs("a") ? multiply(grad_y, b) : undefined, b: needs("b") ? multiply(grad_y, a) : undefined };
    },
});
/** a * b element by element. */
export function multiply(a, b) {
    return multiplyOp({ a, b }, {}).y;
}
