import { capacityOf } from "../../graph/scalar.js";
import { elementsAtCapacity } from "../../graph/tensor.js";
import { columnSum } from "../column_sum.js";
import { defineOp, shapeError } from "../define.js";
import { matmulRequests } from "./check.js";
import { matmulLaunches } from "./choose.js";
import { packedShape } from "./families/subgroup.js";
import { fuseReader } from "./fuse.js";
import { sizesOf, splitsFor, } from "./problem.js";
/** y [M, N] = op(a) op(b) + bias [N] + residual [M, N], a fresh tensor or added onto one in place. The layout says what op transposes. */
export const matmulOp = defineOp({
    name: "matmul",
    shape: (inputs, { layout }) => {
        checkShapes(inputs, layout);
        const sizes = sizesOf(inputs, layout);
        const { rows, columns } = sizes;
        return {
            y: inputs.onto ? { inPlaceOf: inputs.onto } : { shape: [rows, columns] },
            packed: { shape: packedShape(sizes) },
            partials: { shape: [splitsFor(layout, sizes), rows, columns] },
            activated: { shape: [rows, columns] },
        };
    },
    forward: matmulLaunches,
    tune: matmulRequests,
    fuse: fuseReader,
    backward: ({ inputs: { a, b, bias, residual, half }, attributes: { layout, family, tile } }, { gradient, needs, sink }) => {
        if (layout === "TN")
            throw new Error("matmul TN is a backward pass itself; it cannot be differentiated");
        const grad = gradient("y");
        const weight = { tensor: b, half };
        const onto = { layout: "TN", sink: sink("b"), family, tile };
        return {
            a: needs("a") ? matmul(grad, weight, { layout: layout === "NT" ? "NN" : "NT", family, tile }) : undefined,
            b: needs("b") ? (layout === "NT" ? matmul(grad, a, onto) : matmul(a, grad, onto)) : undefined,
            bias: bias && needs("bias") ? columnSum(grad, sink("bias")) : undefined,
            residual: residual && grad,
        };
    },
});
const NAMES = { onto: "a sink", residual: "a residual", x: "an activation's input" };
function checkShapes(inputs, layout) {
    const { a, b, bias, residual, onto, x, half } = inputs;
    const refusal = (needs) => shapeError(`matmul ${layout}`, inputs, needs);
    if (a.shape.length !== 2 || b.shape.length !== 2)
        throw refusal("two matrices");
    const { rows, columns, inner, innerOfB } = sizesOf(inputs, layout);
    if (capacityOf(inner) !== capacityOf(innerOfB))
        throw refusal("matrices that share their inner size K");
    if (bias && bias.size(0) !== columns)
        throw refusal("a bias as long as y has columns");
    for (const [name, tensor] of Object.entries({ residual, onto, x })) {
        const fits = !tensor || elementsAtCapacity(tensor.shape) === capacityOf(rows) * capacityOf(columns);
        if (!fits)
            throw refusal(`${NAMES[name]} of y's shape`);
    }
    if (half && 2 * elementsAtCapacity(half.shape) < elementsAtCapacity(b.shape)) {
        throw refusal("as many halves as b has elements, two a word");
    }
}
/** y = op(a) op(b) + bias + residual. a, b, y: see Layout. The number of rows (K in TN) may be dynamic, all else is static. */
export function matmul(a, b, options) {
    const { layout, bias, residual, sink, family, tile } = options;
    const weight = "tensor" in b ? b : { tensor: b };
    const inputs = { a, b: weight.tensor, bias, residual, onto: sink?.onto, half: weight.half };
    return matmulOp(inputs, { layout, accumulate: sink?.accumulate ?? 0, family, tile }).y;
}
