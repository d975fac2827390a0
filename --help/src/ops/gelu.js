import { ceilDivide } from "../graph/scalar.js";
import { defineOp } from "./define.js";
import { elementsOf } from "./elements.js";
import { geluBackwardOp } from "./gelu_backward.js";
/** y = x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))), of any shape: GPT-2's GELU (arXiv 1606.08415). */
export const geluOp = defineOp({
    name: "gelu",
    shape: ({ x }) => ({ y: { shape: x.shape } }),
    forward: ({ inputs: { x }, outputs: { y } }) => {
        const { variant, count } = elementsOf(x.shape);
        return [{ kernel: "mlp/gelu", variant, bindings: { x, y }, parameters: { count }, workgroups: ceilDivide(count, 64) }];
    },
    backward: ({ inputs: { x } }, { gradient }) => ({ x: geluBackwardOp({ x, grad_y: gradient("y") }, {}).grad_x }),
});
/** GELU in its tanh form, of any shape. */
export function gelu(x) {
    return geluOp({ x }, {}).y;
}
