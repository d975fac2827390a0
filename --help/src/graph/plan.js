import { createBuffers, destroyBuffer, readBuffers, uploadBuffer } from "../gpu/buffer.js";
import { EngineError, MemoryError } from "../gpu/errors.js";
import { createLaunchList } from "../gpu/launch.js";
import { makeWith } from "../gpu/parts.js";
import { fuseNodes } from "./fuse.js";
import { evaluateScalar } from "./scalar.js";
import { assignSlots, liveNodes } from "./slots.js";
import { elementsAtCapacity } from "./tensor.js";
import { trace, workgroupsOf } from "./trace.js";
/** Traces `build`, plans its memory and compiles its kernels. `build` may return more than `keep` and `rewrite`: see `result`. */
export async function buildPlan(device, label, build) {
    const traced = trace(build);
    const { keep = [], rewrite } = traced.result;
    const plan = await planTrace(device, traced.trace, { label, keep, rewrite });
    return Object.assign(plan, { result: traced.result });
}
/** Turns a trace into a plan: fusion, liveness, slots, buffers, pipelines, bind groups. */
export async function planTrace(device, traced, options = {}) {
    const { keep = [], label = "plan", rewrite = (nodes) => nodes } = options;
    const nodes = rewrite(fuseNodes(liveNodes(traced.nodes, keep), keep));
    const steps = await compile(device, nodes);
    // A tensor that no kernel binds on this device, such as the scratch memory of another kernel family, gets no memory.
    const bound = new Set(steps.flatMap(({ dispatch }) => Object.values(dispatch.bindings).map((tensor) => tensor.storage)));
    for (const step of steps)
        checkBindings(device, label, step);
    device.requireMappings(`plan ${label}`, steps.length);
    const memory = allocate(device, label, { nodes, bound, keep, inputs: traced.inputs });
    const toLaunches = () => steps.map((step) => toLaunch(step, memory.windowOf));
    const launches = makeWith(memory, () => createLaunchList(device, label, toLaunches()));
    const upload = (inputs) => {
        for (const [name, data] of Object.entries(inputs)) {
            const tensor = traced.inputs.get(name);
            if (!tensor)
                throw new EngineError(`plan ${label} has no input ${name}; it has: ${[...traced.inputs.keys()].join(", ") || "none"}`);
            if (memory.isBound(tensor.storage))
                uploadBuffer(device, memory.windowOf(tensor), data);
        }
    };
    const describe = () => steps.map(describeStep).join("\n");
    if (device.debug >= 1)
        console.error(`plan ${label}: ${steps.length} dispatches of ${nodes.length} nodes, ${memory.describe()}`);
    if (device.debug >= 2)
        console.error(describe());
    if (device.debug >= 4)
        memory.poison();
    return {
        label,
        nodes,
        launches,
        upload,
        encode: (recording, scalars = {}) => launches.encode(recording, scalars),
        run: ({ scalars = {}, inputs = {} } = {}) => {
            upload(inputs);
            launches.submit(scalars);
        },
        windowOf: memory.windowOf,
        read: async (tensors) => {
            const bytes = await readBuffers(device, tensors.map(memory.windowOf));
            return tensors.map((tensor, i) => viewAs(tensor, bytes[i]));
        },
        poison: () => memory.poison(),
        describe,
        destroy: () => {
            launches.destroy();
            memory.destroy();
        },
    };
}
/** Chooses the kernels of all nodes and compiles them. The device may have to try kernels out first. */
async function compile(device, nodes) {
    await device.tuning.settle(nodes.flatMap((node) => node.tune?.(device) ?? []));
    const dispatches = nodes.flatMap((node) => node.dispatches(device).map((dispatch) => ({ node, dispatch })));
    const kernels = await Promise.all(dispatches.map(({ dispatch }) => device.kernel(dispatch.kernel, dispatch.variant)));
    return dispatches.map((step, i) => ({ ...step, kernel: kernels[i] }));
}
/** @throws MemoryError for a tensor that is larger than the device can bind; Dawn would refuse the whole submission, and name nothing */
function checkBindings(device, label, { node, dispatch }) {
    const limit = device.limits.maxStorageBufferBindingSize;
    for (const tensor of Object.values(dispatch.bindings)) {
        const bytes = Math.min(tensor.bytes, tensor.storage.bytes - tensor.offset);
        if (bytes <= limit)
            continue;
        const fact = `${label}: ${node.label} binds ${tensor.label}, ${bytes} bytes; ${device.name} binds at most ${limit}`;
        throw new MemoryError(`${fact}. Use smaller batches`, { part: `${label} slot (${tensor.label})`, bytes, limit });
    }
}
/** A quiet NaN that is easy to recognise in a dump. */
export const POISON = 0x7fc0dead;
function allocate(device, label, contents) {
    const { slotOf, slotBytes } = assignSlots(contents.nodes, contents.keep, contents.bound);
    // A slot is named after a tensor that needs all of it, so that whoever lacks the memory learns what for.
    const names = new Map([...slotOf].filter(([{ bytes }, slot]) => bytes === slotBytes[slot]).map(([storage, slot]) => [slot, storage.label]));
    const wanted = [...contents.inputs.values()];
    const buffers = createBuffers(device, [
        ...slotBytes.map((bytes, i) => ({ label: `${label} slot ${i} (${names.get(i)})`, bytes })),
        ...wanted.map((tensor) => ({ label: `${label} ${tensor.label}`, bytes: tensor.bytes })),
    ]);
    const slots = buffers.slice(0, slotBytes.length);
    const inputs = new Map(wanted.map((tensor, i) => [tensor.storage, buffers[slots.length + i]]));
    const bufferOf = (storage) => {
        if (storage.window)
            return storage.window;
        const slot = slotOf.get(storage);
        const buffer = slot === undefined ? inputs.get(storage) : slots[slot];
        return buffer && { buffer, offset: 0, size: buffer.size };
    };
    return {
        isBound: (storage) => bufferOf(storage) !== undefined,
        windowOf: (tensor) => {
            const window = bufferOf(tensor.storage);
            if (!window)
                throw new EngineError(`${tensor} has no memory in plan ${label}: nothing computes it, or it was not kept`);
            const size = Math.max(4, Math.min(elementsAtCapacity(tensor.shape) * 4, window.size - tensor.offset));
            return { buffer: window.buffer, offset: window.offset + tensor.offset, size };
        },
        poison: () => {
            for (const buffer of slots) {
                uploadBuffer(device, { buffer, offset: 0, size: buffer.size }, new Uint32Array(buffer.size / 4).fill(POISON));
            }
        },
        describe: () => {
            const bytes = slotBytes.reduce((a, b) => a + b, 0);
            return `${slots.length} slots of ${(bytes / 2 ** 20).toFixed(1)} MiB in all for ${slotOf.size} tensors`;
        },
        destroy: () => {
            for (const buffer of buffers)
                destroyBuffer(device, buffer);
        },
    };
}
function toLaunch({ node, dispatch, kernel }, windowOf) {
    const known = new Set(kernel.bindings.map((binding) => binding.name));
    for (const name of Object.keys(dispatch.bindings)) {
        if (!known.has(name))
            throw new EngineError(`${node.label}: kernel ${kernel.id} has no binding ${name}; it has ${[...known].join(", ")}`);
    }
    const windows = kernel.bindings.map((binding) => {
        const tensor = dispatch.bindings[binding.name];
        if (!tensor)
            throw new EngineError(`${node.label}: kernel ${kernel.id} needs ${binding.name} ${binding.shape}, which was not given`);
        return windowOf(tensor);
    });
    const parameters = kernel.parameters.map((parameter) => {
        const value = dispatch.parameters?.[parameter.name];
        if (value === undefined)
            throw new EngineError(`${node.label}: kernel ${kernel.id} needs parameter ${parameter.name}`);
        return value;
    });
    const workgroups = workgroupsOf(dispatch);
    const { operations } = dispatch;
    const tensors = kernel.bindings.map((binding) => dispatch.bindings[binding.name]);
    return {
        label: node.label,
        scope: node.scope,
        kernel,
        windows,
        isStatic: [...parameters, ...workgroups, operations].every((value) => typeof value !== "object"),
        parameters: (run) => parameters.map((value) => evaluateScalar(value, run)),
        workgroups: (run) => workgroups.map((value) => evaluateScalar(value, run)),
        ...(operations === undefined ? {} : { operations: (run) => evaluateScalar(operations, run) }),
        contents: (binding, run) => {
            const { dtype, shape } = tensors[binding];
            return { dtype, shape: shape.map((size) => evaluateScalar(size, run)) };
        },
    };
}
function viewAs(tensor, bytes) {
    if (tensor.dtype === "u32")
        return new Uint32Array(bytes);
    return tensor.dtype === "i32" ? new Int32Array(bytes) : new Float32Array(bytes);
}
function describeStep({ node, dispatch, kernel }) {
    const bindings = kernel.bindings.map((binding) => {
        const arrow = binding.access === "read_write" ? "-> " : "";
        return `${arrow}${binding.name} ${dispatch.bindings[binding.name].shape.map((d) => (typeof d === "number" ? d : d.label)).join("x")}`;
    });
    return `${kernel.id.padEnd(32)} ${node.label}  (${bindings.join(", ")})`;
}
/** Traces a function and runs it once. Returns the values of the tensors that the function returns; for tests and teaching. */
export async function evaluate(device, build, options = {}) {
    const plan = await buildPlan(device, "evaluate", () => ({ keep: build() }));
    try {
        plan.run(options);
        return await plan.read(plan.result.keep);
    }
    finally {
        plan.destroy();
    }
}
