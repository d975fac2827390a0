import { unpackHalves } from "../half_float.js";
import { createRandom } from "../random.js";
import { createBuffer, destroyBuffer, readBuffers } from "./buffer.js";
import { EngineError } from "./errors.js";
import { createLaunchList, submitPass } from "./launch.js";
import { relativeError } from "./relative_error.js";
/** The GPU has no memory for a trial. The trial then tells nothing, and the device stays as it is. */
export class TrialMemoryError extends EngineError {
    name = "TrialMemoryError";
}
/** Makes a trial's buffers and compiles its kernels. @throws TrialMemoryError when the GPU has too little memory left */
export async function openTrial(device, trial) {
    const reference = typeof trial.expected === "function" ? [] : trial.expected;
    const memory = await allocateOrRefuse(device, [...trial.launches, ...reference]);
    const lists = [];
    try {
        for (const launches of [trial.launches, reference])
            lists.push(await listOf(device, launches, memory.windowOf));
    }
    catch (error) {
        memory.destroy();
        throw error;
    }
    const [list, referenceList] = lists;
    const resultOf = async (by) => {
        memory.fill();
        submitUnobserved(device, by, 1);
        const [bytes] = await readBuffers(device, [memory.windowOf(trial.output)]);
        return new Float32Array(bytes);
    };
    return {
        check: async () => {
            const actual = await resultOf(list);
            const expected = typeof trial.expected === "function" ? trial.expected(memory.filledWith) : await resultOf(referenceList);
            const error = relativeError(actual, expected);
            return error <= trial.tolerance ? undefined : `relative error ${error.toPrecision(2)}`;
        },
        measure: (budgetMs) => {
            memory.fill();
            return medianTime(device, list, budgetMs);
        },
        destroy: () => {
            for (const each of lists)
                each.destroy();
            memory.destroy();
        },
    };
}
/** Out of memory is an answer here, where anywhere else it fails the device. */
async function allocateOrRefuse(device, launches) {
    device.gpu.pushErrorScope("out-of-memory");
    let memory;
    try {
        memory = allocate(device, launches);
    }
    finally {
        // The scope must be closed in any case, and the GPU answers for the buffers made inside it.
        const refusal = await device.flight.wait("the memory of a trial", device.gpu.popErrorScope());
        if (refusal) {
            memory?.destroy();
            memory = undefined;
        }
    }
    if (memory)
        return memory;
    throw new TrialMemoryError(`${device.name} has no memory left for a trial of kernels`);
}
function allocate(device, launches) {
    const tensors = new Map();
    for (const tensor of launches.flatMap((launch) => Object.values(launch.bindings))) {
        if (!tensors.has(tensor.storage))
            tensors.set(tensor.storage, tensor);
    }
    const parts = new Map([...tensors].map(([storage, tensor], i) => [storage, { tensor, seed: i + 1, buffer: createBuffer(device, "trial", tensor.bytes) }]));
    return {
        windowOf: ({ storage, bytes }) => ({ buffer: parts.get(storage).buffer, offset: 0, size: Math.max(4, bytes) }),
        fill: () => {
            for (const { tensor, seed, buffer } of parts.values())
                device.gpu.queue.writeBuffer(buffer, 0, randomContents(tensor, seed));
        },
        filledWith: (tensor) => {
            const contents = randomContents(tensor, parts.get(tensor.storage).seed);
            return contents instanceof Uint32Array ? unpackHalves(contents) : contents;
        },
        destroy: () => {
            for (const { buffer } of parts.values())
                destroyBuffer(device, buffer);
        },
    };
}
async function listOf(device, launches, windowOf) {
    const kernels = await Promise.all(launches.map((launch) => device.kernel(launch.kernel, launch.variant)));
    return createLaunchList(device, "trial", launches.map(({ bindings, parameters, workgroups }, i) => ({
        label: "trial",
        kernel: kernels[i],
        windows: kernels[i].bindings.map(({ name }) => windowOf(bindings[name])),
        isStatic: true,
        parameters: () => kernels[i].parameters.map(({ name }) => parameters[name]),
        workgroups: () => workgroups,
    })));
}
/** Submits without the device's observer, because profiles and the search for NaN are about plans, not about trials. */
function submitUnobserved(device, list, repeats) {
    const { observer } = device;
    device.observer = undefined;
    try {
        submitPass(device, "trial", (recording) => {
            for (let i = 0; i < repeats; i += 1)
                list.encode(recording, {});
        });
    }
    finally {
        device.observer = observer;
    }
}
/** Median milliseconds of a run over several submissions. Each holds several runs, so that submitting itself hardly counts. */
async function medianTime(device, list, budgetMs) {
    const timeOf = async (repeats) => {
        const start = performance.now();
        submitUnobserved(device, list, repeats);
        await device.flight.wait("a trial", device.gpu.queue.onSubmittedWorkDone());
        return (performance.now() - start) / repeats;
    };
    // Some drivers finish compiling at the first dispatch.
    await timeOf(1);
    const first = await timeOf(1);
    const samples = 5;
    const repeats = Math.max(1, Math.min(50, Math.floor(budgetMs / samples / first)));
    if (first > budgetMs)
        return first;
    const times = [];
    for (let i = 0; i < samples; i += 1)
        times.push(await timeOf(repeats));
    device.assertHealthy();
    return times.sort((a, b) => a - b)[Math.floor(samples / 2)];
}
function randomContents({ bytes, dtype }, seed) {
    return dtype === "u32" ? randomHalves(bytes / 4, seed) : randomValues(bytes / 4, seed);
}
/** Words of two random 16-bit floats of either sign, with sizes from 2^-7 to 1. */
function randomHalves(words, seed) {
    const { integer } = createRandom(seed);
    const half = () => (integer(2) << 15) | ((8 + integer(7)) << 10) | integer(1024);
    const pattern = Uint32Array.from({ length: Math.min(words, 16381) }, () => (half() << 16) | half());
    return Uint32Array.from({ length: words }, (_, i) => pattern[i % pattern.length]);
}
/** Uniform values in [-1, 1). They repeat after a prime number of values, because long buffers need no more randomness. */
function randomValues(count, seed) {
    const { uniform } = createRandom(seed);
    const pattern = Float32Array.from({ length: Math.min(count, 16381) }, () => 2 * uniform() - 1);
    const values = new Float32Array(count);
    for (let at = 0; at < count; at += pattern.length)
        values.set(pattern.subarray(0, Math.min(pattern.length, count - at)), at);
    return values;
}
