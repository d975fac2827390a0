import { submitEncoder } from "./launch.js";
import { describeDispatch } from "./profile_record.js";
/** Dispatches per query set. Each takes two queries, and WebGPU allows 4096 in a set. */
const DISPATCHES = 1024;
const NANOSECONDS_PER_MILLISECOND = 1e6;
/** Gives every dispatch a pass that writes a timestamp at either end. */
export function createTimestampTimer(device) {
    const { gpu } = device;
    const pool = createPool(gpu);
    let pending = [];
    let encoder;
    let pass;
    let segments = [];
    let dispatches = [];
    const observer = {
        submit: ({ label, encode, copies }) => {
            segments = [];
            dispatches = [];
            encoder = gpu.createCommandEncoder({ label });
            const encodeStart = performance.now();
            encode(observer);
            const encodeEnd = performance.now();
            segments.forEach((segment, i) => {
                resolve(encoder, segment, Math.min(DISPATCHES, dispatches.length - i * DISPATCHES));
            });
            submitEncoder(device, label, encoder, copies);
            const reads = segments.map(async (segment, i) => {
                await readTimes(device, segment, dispatches.slice(i * DISPATCHES, (i + 1) * DISPATCHES));
                pool.release(segment);
            });
            const done = Promise.all(reads).then(() => performance.now());
            pending.push({ label, encodeStart, encodeEnd, dispatches, done });
        },
        begin: (launch, run) => {
            const index = dispatches.length % DISPATCHES;
            if (index === 0)
                segments.push(pool.acquire());
            const { querySet } = segments.at(-1);
            const timestampWrites = { querySet, beginningOfPassWriteIndex: 2 * index, endOfPassWriteIndex: 2 * index + 1 };
            dispatches.push(describeDispatch(launch, run));
            pass = encoder.beginComputePass({ timestampWrites });
            return pass;
        },
        end: () => pass.end(),
        settled: () => Promise.resolve(),
    };
    const take = async () => {
        const taken = pending;
        pending = [];
        const done = await Promise.all(taken.map((submission) => submission.done));
        alignClocks(taken);
        return taken.map((submission, i) => ({ ...submission, done: done[i], dispatchCount: submission.dispatches.length }));
    };
    return { observer, take, destroy: pool.destroy };
}
function createPool(gpu) {
    const all = [];
    const free = [];
    return {
        acquire: () => {
            const segment = free.pop() ?? createSegment(gpu);
            if (!all.includes(segment))
                all.push(segment);
            return segment;
        },
        release: (segment) => void free.push(segment),
        destroy: () => {
            for (const { querySet, resolved, staging } of all)
                for (const part of [querySet, resolved, staging])
                    part.destroy();
        },
    };
}
function createSegment(gpu) {
    const size = DISPATCHES * 2 * 8;
    return {
        querySet: gpu.createQuerySet({ type: "timestamp", count: DISPATCHES * 2 }),
        resolved: gpu.createBuffer({ label: "timestamps", size, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC }),
        staging: gpu.createBuffer({ label: "timestamps", size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST }),
    };
}
function resolve(encoder, { querySet, resolved, staging }, dispatches) {
    encoder.resolveQuerySet(querySet, 0, dispatches * 2, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, dispatches * 2 * 8);
}
/** Fills in the times of a segment's dispatches, still on the GPU's clock. */
async function readTimes(device, { staging }, dispatches) {
    await device.flight.wait("timestamps", staging.mapAsync(GPUMapMode.READ));
    const times = new BigUint64Array(staging.getMappedRange(0, dispatches.length * 16));
    dispatches.forEach((dispatch, i) => {
        dispatch.start = Number(times[2 * i]) / NANOSECONDS_PER_MILLISECOND;
        // Some drivers reset or reorder timestamps when a GPU changes its clock.
        dispatch.duration = Math.max(0, Number(times[2 * i + 1] - times[2 * i]) / NANOSECONDS_PER_MILLISECOND);
    });
    staging.unmap();
}
/** Moves GPU times to the host's clock, by the least shift with which no submission begins before it was encoded. */
function alignClocks(submissions) {
    const timed = submissions.filter(({ dispatches }) => dispatches.length > 0);
    const shift = timed.reduce((most, { encodeEnd, dispatches }) => Math.max(most, encodeEnd - dispatches[0].start), -Infinity);
    for (const { dispatches } of timed)
        for (const dispatch of dispatches)
            dispatch.start += shift;
}
