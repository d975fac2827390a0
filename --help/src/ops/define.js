import { elementsAtCapacity, Tensor } from "../graph/tensor.js";
import { currentScope, record, } from "../graph/trace.js";
/** Makes an op of a definition: calling it traces a node and returns its symbolic outputs. */
export function defineOp(definition) {
    const op = (inputs, attributes) => {
        const label = labelOf(definition.name, inputs);
        const specs = Object.entries(definition.shape(inputs, attributes));
        const outputs = Object.fromEntries(specs.map(([name, spec]) => [name, outputTensor(`${label}.${name}`, spec)]));
        record(nodeOf(definition, label, { inputs, outputs, attributes }));
        return outputs;
    };
    return Object.assign(op, { definition });
}
function nodeOf(definition, label, call) {
    const { name, forward, tune, fuse, backward } = definition;
    const present = Object.entries(call.inputs).filter(([, tensor]) => tensor !== undefined);
    return {
        op: name,
        label,
        inputs: Object.fromEntries(present),
        outputs: call.outputs,
        dispatches: (device) => forward(call, device),
        tune: tune && ((device) => tune(call, device)),
        fuse: fuse &&
            ((reader) => {
                const both = fuse(call, reader);
                return both && { ...nodeOf(definition, label, both), scope: reader.scope };
            }),
        backward: backward && ((context) => backward(call, context)),
    };
}
function outputTensor(label, spec) {
    if ("inPlaceOf" in spec) {
        const { shape, dtype, storage, offset } = spec.inPlaceOf;
        return new Tensor({ shape, dtype, storage, offset, label: spec.inPlaceOf.label });
    }
    const storage = { kind: "slot", label, bytes: elementsAtCapacity(spec.shape) * 4, isExact: spec.isExact };
    return new Tensor({ shape: spec.shape, dtype: spec.dtype ?? "f32", storage, label });
}
/** The op's name with the parameter it uses, else with the scope it was called in: "matmul model.layers.0.mlp.down_proj.weight". */
function labelOf(name, inputs) {
    const parameter = Object.values(inputs).find((tensor) => tensor?.storage.kind === "external");
    const where = parameter?.label ?? currentScope();
    return where ? `${name} ${where}` : name;
}
/** The error for shapes that an op cannot take: it names the op, what was given, and what the op needs. */
export function shapeError(op, given, needs) {
    const tensors = Object.entries(given)
        .filter(([, tensor]) => tensor !== undefined)
        .map(([name, tensor]) => `${name} [${tensor.shape.map((d) => (typeof d === "number" ? d : d.label)).join(", ")}]`);
    return new Error(`${op}: given ${tensors.join(", ")}; it needs ${needs}`);
}
