import { submitEncoder, submitPass } from "../src/gpu/launch.js";
import { timeOnHost } from "./sampling.js";
/** The GPU's own clock on hardware that has one. A software adapter runs by the host's clock, which also tells processor time. */
export function clockOf(device) {
    return device.timestamps && !device.software ? gpuClock(device) : hostClock(device);
}
function hostClock(device) {
    const time = (label, encode) => timeOnHost(async () => {
        submitPass(device, label, encode);
        await device.gpu.queue.onSubmittedWorkDone();
    });
    return { name: "host", time, destroy: () => { } };
}
/** A clock that takes two timestamps, in nanoseconds, around the pass. */
export function gpuClock(device) {
    const { gpu } = device;
    const querySet = gpu.createQuerySet({ label: "bench timestamps", type: "timestamp", count: 2 });
    const resolved = gpu.createBuffer({ size: 16, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
    const staging = gpu.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const submit = (label, encode) => {
        const encoder = gpu.createCommandEncoder({ label });
        const pass = encoder.beginComputePass({
            label,
            timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
        });
        encode({ begin: () => pass, end: () => { } });
        pass.end();
        encoder.resolveQuerySet(querySet, 0, 2, resolved, 0);
        submitEncoder(device, label, encoder, () => encoder.copyBufferToBuffer(resolved, 0, staging, 0, 16));
    };
    const time = async (label, encode) => {
        let nanoseconds = 0;
        const { processorMilliseconds } = await timeOnHost(async () => {
            submit(label, encode);
            await staging.mapAsync(GPUMapMode.READ);
            const [begin, end] = new BigUint64Array(staging.getMappedRange());
            nanoseconds = Number(end - begin);
            staging.unmap();
        });
        return { milliseconds: nanoseconds / 1e6, processorMilliseconds };
    };
    const destroy = () => {
        for (const part of [querySet, resolved, staging])
            part.destroy();
    };
    return { name: "gpu timestamps", time, destroy };
}
