import { ceilDivide } from "../graph/scalar.js";
import { defineOp } from "./define.js";
import { elementsOf } from "./elements.js";
/** grad_x = grad_y gelu'(x), of any shape. */
export const geluBackwardOp = defineOp({
    name: "gelu_backward",
    shape: ({ x }) => ({ grad_x: { shape: x.shape } }),
    forward: ({ inputs, outputs }) => {
        const { variant, count } = elementsOf(inputs.x.shape);
        const bindings = { ...inputs, ...outputs };
        return [{ kernel: "mlp/gelu_backward", variant, bindings, parameters: { count }, workgroups: ceilDivide(count, 64) }];
    },
});
