import { createBuffer, destroyBuffer } from "./buffer.js";
import { EngineError } from "./errors.js";
import { packParameters } from "./kernel.js";
import { assertUsable } from "./ownership.js";
import { openSlices } from "./slices.js";
import { submitCommands } from "./submit.js";
/** Bytes per dispatch in a uniform buffer of parameters: the strictest dynamic offset alignment that WebGPU allows. */
const UNIFORM_STRIDE = 256;
export function createLaunchList(device, label, launches) {
    const bindGroups = new Map();
    const ids = new Map();
    const prepared = launches.map((launch) => {
        const block = new DataView(new ArrayBuffer(Math.max(4, launch.kernel.parameterBytes)));
        const item = { launch, bindGroup: bindGroupOf(device, launch, bindGroups, ids), block, grid: [], operations: 0 };
        if (launch.isStatic)
            update(device, item, {});
        return item;
    });
    const buffers = new Set(launches.flatMap(({ windows }) => windows.map(({ buffer }) => buffer)));
    const uniforms = device.immediates ? undefined : createUniformRing(device, label, prepared);
    let lastRun;
    let isDestroyed = false;
    const encode = (recording, run) => {
        if (isDestroyed)
            throw new EngineError(`${label} was destroyed; build it again`);
        for (const buffer of buffers)
            assertUsable(device, buffer, buffer.label, label);
        // Decoding passes the same object in every step, and its parameters are packed already.
        if (run !== lastRun)
            for (const item of prepared)
                refresh(device, item, run);
        lastRun = run;
        const offsets = uniforms?.write();
        let pass;
        let pipeline;
        for (const [index, { launch, bindGroup, block, grid, operations }] of prepared.entries()) {
            const [x = 1, y = 1, z = 1] = grid;
            if (x * y * z === 0)
                continue;
            const { kernel } = launch;
            const target = recording.begin(launch, run, operations);
            if (target !== pass || kernel.pipeline !== pipeline)
                target.setPipeline(kernel.pipeline);
            pass = target;
            pipeline = kernel.pipeline;
            target.setBindGroup(0, bindGroup);
            if (kernel.parameterLayout)
                target.setBindGroup(1, offsets.bindGroup, [index * UNIFORM_STRIDE]);
            else if (kernel.parameterBytes > 0)
                target.setImmediates(0, block.buffer);
            target.dispatchWorkgroups(x, y, z);
            recording.end();
            device.stats.dispatches += 1;
        }
    };
    return {
        launches,
        encode,
        submit: (run) => submitPass(device, label, (recording) => encode(recording, run)),
        destroy: () => {
            isDestroyed = true;
            uniforms?.destroy();
        },
    };
}
/** Encodes dispatches and submits them in slices. Several plans may encode, each several times. */
export function submitPass(device, label, encode, copies) {
    device.assertHealthy();
    if (device.observer) {
        device.observer.submit({ label, encode, copies });
        return;
    }
    const slices = openSlices(device, label);
    encode(slices);
    slices.finish(copies);
}
/** Ends a submission whose only encoder an observer filled by itself. */
export function submitEncoder(device, label, encoder, copies) {
    void submitCommands(device, label, encoder, copies);
    for (const reset of device.afterSubmit)
        reset();
}
function refresh(device, item, run) {
    if (!item.launch.isStatic)
        update(device, item, run);
}
function update(device, item, run) {
    const { launch } = item;
    packParameters(launch.kernel, launch.parameters(run), item.block, 0);
    item.grid = fold(device, launch, launch.workgroups(run));
    item.operations = launch.operations?.(run) ?? OPERATIONS_PER_BYTE * launch.windows.reduce((sum, { size }) => sum + size, 0);
}
/** Other work than products is bound by memory. A GPU does about as many operations while it reads or writes a byte. */
const OPERATIONS_PER_BYTE = 16;
/** A linear grid longer than the device allows in one dimension becomes two-dimensional; shaders/lib/grid.wgsl undoes this. */
function fold(device, launch, workgroups) {
    const limit = device.limits.maxComputeWorkgroupsPerDimension;
    const [count = 0] = workgroups;
    if (workgroups.length === 1 && count > limit)
        return [limit, Math.ceil(count / limit), 1];
    if (workgroups.some((size) => size > limit)) {
        throw new EngineError(`${launch.label}: a grid of ${workgroups.join(" x ")} workgroups exceeds ${limit} a dimension on ${device.name}`);
    }
    return workgroups;
}
function bindGroupOf(device, launch, known, ids) {
    const { kernel, windows } = launch;
    assertUsable(device, kernel, `kernel ${kernel.id}`, launch.label);
    for (const { buffer } of windows)
        assertUsable(device, buffer, buffer.label, launch.label);
    const key = [
        kernel.bindings.map((binding) => binding.access).join(),
        ...windows.map(({ buffer, offset, size }) => {
            if (!ids.has(buffer))
                ids.set(buffer, ids.size);
            return `${ids.get(buffer)}:${offset}:${size}`;
        }),
    ].join("|");
    const same = known.get(key);
    if (same)
        return same;
    const bindGroup = device.gpu.createBindGroup({
        label: `${kernel.id} ${launch.label}`,
        layout: kernel.bindGroupLayout,
        entries: windows.map((window, binding) => ({ binding, resource: { buffer: window.buffer, offset: window.offset, size: window.size } })),
    });
    device.stats.bindGroups += 1;
    known.set(key, bindGroup);
    return bindGroup;
}
function createUniformRing(device, label, prepared) {
    const layout = prepared.find((item) => item.launch.kernel.parameterLayout)?.launch.kernel.parameterLayout;
    if (!layout)
        return undefined;
    const bytes = new Uint8Array(prepared.length * UNIFORM_STRIDE);
    const ring = [];
    let next = 0;
    const reset = () => {
        next = 0;
    };
    device.afterSubmit.add(reset);
    const grow = () => {
        const buffer = createBuffer(device, `${label} parameters`, bytes.byteLength, GPUBufferUsage.UNIFORM);
        const entries = [{ binding: 0, resource: { buffer, size: 64 } }];
        device.stats.bindGroups += 1;
        const entry = { buffer, bindGroup: device.gpu.createBindGroup({ label: `${label} parameters`, layout, entries }) };
        ring.push(entry);
        return entry;
    };
    return {
        write() {
            prepared.forEach(({ block }, i) => {
                bytes.set(new Uint8Array(block.buffer), i * UNIFORM_STRIDE);
            });
            const entry = ring[next] ?? grow();
            next += 1;
            device.gpu.queue.writeBuffer(entry.buffer, 0, bytes);
            return entry;
        },
        destroy() {
            device.afterSubmit.delete(reset);
            for (const { buffer } of ring)
                destroyBuffer(device, buffer);
        },
    };
}
