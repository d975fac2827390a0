import { buildPlan } from "../src/graph/plan.js";
import { input } from "../src/graph/trace.js";
import { toDevice } from "../src/testing/check_op.js";
import { normal } from "../src/testing/values.js";
import { opCase } from "./op_case.js";
export function gradientCase(options) {
    const { definition } = options.op;
    const { attributes, gradients, output, reference } = options;
    const seed = `grad_${output}`;
    // Inputs have the names that the op gives them.
    const inputsOf = (tensors) => tensors;
    const forward = async ({ device }) => {
        const values = options.inputs();
        const plan = await buildPlan(device, `${definition.name} forward`, () => {
            const outputs = options.op(inputsOf(symbolic(values)), attributes);
            return { keep: Object.values(outputs), outputs };
        });
        const inputs = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toDevice(value)]));
        plan.run({ inputs });
        const saved = {};
        for (const [name, tensor] of Object.entries(plan.result.outputs)) {
            const [data] = await plan.read([tensor]);
            saved[`saved_${name}`] = { shape: tensor.shape, data: Float64Array.from(data) };
        }
        plan.destroy();
        return { ...values, ...saved, [seed]: normal(saved[`saved_${output}`].shape, 99) };
    };
    return opCase({
        ...options,
        op: definition.name,
        variant: "backward",
        inputs: forward,
        build: (tensors) => {
            const outputs = Object.entries(tensors).flatMap(([name, tensor]) => name.startsWith("saved_") ? [[name.slice("saved_".length), tensor]] : []);
            const call = { inputs: inputsOf(tensors), outputs: Object.fromEntries(outputs), attributes };
            const found = definition.backward(call, {
                gradient: (name) => (name === output ? tensors[seed] : undefined),
                needs: (name) => gradients.includes(name),
                sink: () => undefined,
                absorb: () => undefined,
            });
            return Object.fromEntries(gradients.map((name) => [name, found[name]]));
        },
        reference: {
            errorOf: (outputs, inputs) => {
                const weights = inputs[seed].data;
                const objective = (moved) => dot(weights, reference(moved)[output]);
                return Math.max(...gradients.map((name) => directionalError(outputs[name], name, inputs, objective)));
            },
        },
    });
}
const DIRECTIONS = 2;
const STEP = 1e-5;
/**
 * The error of a gradient relative to its length, |gradient - true gradient| / |gradient|, estimated along random directions.
 * The error along a standard normal direction is about as large as the whole error, so that a few differences of a
 * double-precision objective check a whole gradient. One difference for each number would take hours.
 */
export function directionalError(gradient, name, inputs, objective) {
    const value = inputs[name];
    const length = Math.sqrt(dot(gradient, gradient));
    let largest = 0;
    for (let i = 0; i < DIRECTIONS; i += 1) {
        const direction = normal(value.shape, 1000 + i).data;
        const along = (step) => objective({ ...inputs, [name]: { ...value, data: value.data.map((x, at) => x + step * direction[at]) } });
        const expected = (along(STEP) - along(-STEP)) / (2 * STEP);
        const error = Math.abs(dot(gradient, direction) - expected) / length;
        if (!(error <= largest))
            largest = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
    }
    return largest;
}
function symbolic(values) {
    return Object.fromEntries(Object.entries(values).map(([name, { shape, dtype }]) => [name, input(name, shape, dtype ?? "f32")]));
}
function dot(a, b) {
    let sum = 0;
    for (let i = 0; i < b.length; i += 1)
        sum += a[i] * b[i];
    return sum;
}
