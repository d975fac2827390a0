import { createBuffer, destroyBuffer, readBuffers, uploadBuffer } from "../gpu/buffer.js";
import { relativeError } from "../gpu/relative_error.js";
import { differentiate } from "../graph/differentiate.js";
import { buildPlan } from "../graph/plan.js";
import { capacityOf, runScalar } from "../graph/scalar.js";
import { externalTensor } from "../graph/tensor.js";
import { input } from "../graph/trace.js";
import { add } from "../ops/add.js";
import { addOnto } from "../ops/add_onto.js";
import { createRandom } from "../random.js";
export { relativeError };
/**
 * Runs an op on the GPU, in memory that was filled with NaN, and compares its results with the reference and its gradients
 * with central differences of the reference, both in double precision.
 */
export async function checkOp(device, check) {
    const measured = await measureOp(device, check);
    return Object.fromEntries(measured.map(({ name, actual, expected }) => [name, relativeError(actual, expected)]));
}
/** The results of `checkOp` themselves. */
export async function measureOp(device, check) {
    const random = createRandom(check.seed ?? 1);
    const expected = check.reference(check.inputs);
    const weights = Object.fromEntries(Object.entries(expected).map(([name, values]) => [name, Float64Array.from(values, () => random.normal())]));
    const ran = await runOnDevice(device, check, expected, weights, random);
    const outputs = Object.entries(expected).map(([name, values]) => ({
        name,
        shape: ran.shapes[name],
        actual: ran.outputs[name],
        expected: values,
    }));
    const gradients = (check.gradients ?? []).map((name) => ({
        name: `grad_${name}`,
        shape: check.inputs[name].shape,
        actual: ran.gradients[name],
        expected: finiteDifferences(check, name, weights),
    }));
    return [...outputs, ...gradients];
}
async function runOnDevice(device, check, expected, weights, random) {
    const sinks = createSinks(device, check, random);
    const rowCount = check.dynamicRows?.[0] ? check.inputs[check.dynamicRows[0]].shape[0] : 0;
    const plan = await buildPlan(device, check.name, () => {
        const inputs = symbolicInputs(check, rowCount);
        const outputs = check.op(inputs);
        const wanted = (check.gradients ?? []).map((name) => inputs[name]);
        if (wanted.length === 0)
            return { keep: Object.values(outputs), outputs, gradients: [] };
        const seeds = new Map(Object.keys(expected).map((name) => [outputs[name], input(`seed_${name}`, outputs[name].shape)]));
        const sinkMap = new Map([...sinks].map(([name, { sink }]) => [inputs[name], sink]));
        const found = differentiate({ seeds, sinks: sinkMap, wanted, add, addOnto });
        const gradients = wanted.map((tensor) => found.get(tensor));
        return { keep: [...Object.values(outputs), ...gradients], outputs, gradients };
    });
    const uploads = {};
    for (const [name, value] of Object.entries(check.inputs))
        uploads[name] = toDevice(value);
    if (plan.result.gradients.length > 0) {
        for (const [name, values] of Object.entries(weights))
            uploads[`seed_${name}`] = Float32Array.from(values);
    }
    plan.poison();
    plan.run({ scalars: { rows: rowCount }, inputs: uploads });
    const names = Object.keys(expected);
    const tensors = names.map((name) => plan.result.outputs[name]);
    const outputs = await plan.read(tensors);
    const gradients = {};
    for (const [i, name] of (check.gradients ?? []).entries()) {
        const sink = sinks.get(name);
        if (!sink)
            gradients[name] = (await plan.read([plan.result.gradients[i]]))[0];
        else {
            const [bytes] = await readBuffers(device, [sink.sink.onto.storage.window]);
            gradients[name] = new Float32Array(bytes).map((value, at) => value - sink.start[at]);
        }
    }
    plan.destroy();
    for (const { sink } of sinks.values())
        destroyBuffer(device, sink.onto.storage.window.buffer);
    return {
        shapes: Object.fromEntries(names.map((name, i) => [name, tensors[i].shape.map(capacityOf)])),
        outputs: Object.fromEntries(names.map((name, i) => [name, outputs[i]])),
        gradients,
    };
}
function symbolicInputs(check, rowCount) {
    const rows = runScalar("rows", rowCount + 7);
    return Object.fromEntries(Object.entries(check.inputs).map(([name, value]) => {
        const dynamic = check.dynamicRows?.includes(name) ?? false;
        const shape = dynamic ? [rows, ...value.shape.slice(1)] : [...value.shape];
        return [name, input(name, shape, value.dtype ?? "f32")];
    }));
}
function createSinks(device, check, random) {
    const sinks = new Map();
    for (const name of check.parameters ?? []) {
        const { shape } = check.inputs[name];
        const start = Float32Array.from({ length: shape.reduce((a, b) => a * capacityOf(b), 1) }, () => random.normal());
        const buffer = createBuffer(device, `sink ${name}`, start.byteLength);
        uploadBuffer(device, { buffer, offset: 0, size: buffer.size }, start);
        const onto = externalTensor(`grad ${name}`, { buffer, offset: 0, size: start.byteLength }, shape);
        sinks.set(name, { sink: { onto, accumulate: 1 }, start });
    }
    return sinks;
}
/** The values of an input as the GPU takes them. */
export function toDevice(value) {
    if (value.dtype === "u32")
        return Uint32Array.from(value.data);
    return value.dtype === "i32" ? Int32Array.from(value.data) : Float32Array.from(value.data);
}
/** d/dx of sum(weights * outputs) by central differences of the double-precision reference. */
function finiteDifferences(check, name, weights) {
    const value = check.inputs[name];
    const objective = (data) => {
        const outputs = check.reference({ ...check.inputs, [name]: { ...value, data } });
        let total = 0;
        for (const [output, values] of Object.entries(outputs)) {
            const weight = weights[output];
            for (let i = 0; i < values.length; i += 1)
                total += values[i] * weight[i];
        }
        return total;
    };
    const step = 1e-4;
    return Float64Array.from(value.data, (x, i) => {
        const data = Float64Array.from(value.data);
        data[i] = x + step;
        const above = objective(data);
        data[i] = x - step;
        return (above - objective(data)) / (2 * step);
    });
}
