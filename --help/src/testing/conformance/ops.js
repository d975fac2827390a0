import { POISON } from "../../graph/plan.js";
import { measureOp } from "../check_op.js";
import { opCases } from "../ops/index.js";
import { measure } from "./case.js";
/** How far the results of an op's case are off. */
export async function measuresOf(device, one) {
    const measured = await measureOp(device, one);
    // With gradients there are more nodes, and memory that an earlier node has left is used again.
    const tails = one.gradients?.length ? [] : measured.filter(({ actual, expected }) => actual.length > expected.length);
    return [
        ...measured.map((result) => measure(result.name, result, one.tolerances?.[result.name] ?? one.tolerance, one.byElement)),
        ...tails.map(untouchedPastRows),
    ];
}
/** A plan has room for more rows than the case has. What lies past them must stay as it was: poison, or zero in the memory of an input. */
function untouchedPastRows({ name, actual, expected }) {
    const words = new Uint32Array(actual.buffer).subarray(expected.length);
    const written = words.filter((word) => word !== POISON && word !== 0).length;
    return { name: `${name} past its rows`, error: written, tolerance: 0 };
}
/** An op's case as it is called: "gelu 7 x 3". */
export function titleOf({ name, title }) {
    return `${name} ${title}`;
}
export function skipOf({ needsSubgroups }) {
    return (device) => (needsSubgroups && !device.subgroups ? "the device works without subgroups" : undefined);
}
export function detailsOf({ inputs, seed = 1 }) {
    const shapes = Object.entries(inputs).map(([name, { shape, dtype = "f32" }]) => `${name} [${shape.join(", ")}] ${dtype}`);
    return { inputs: shapes.join("; "), seed: String(seed) };
}
function conformanceCase(one) {
    return {
        name: titleOf(one),
        level: one.quick ? "quick" : one.slow ? "full" : "default",
        skip: skipOf(one),
        details: detailsOf(one),
        run: ({ device }) => measuresOf(device, one),
    };
}
export const opsGroup = {
    name: "ops",
    description: "every kernel beside double precision, with its gradient, at sizes that fit no block",
    cases: Object.values(opCases).flat().map(conformanceCase),
};
