import { own } from "./ownership.js";
import { createStats } from "./stats.js";
/**
 * Makes a device that has the traits and limits of another and creates no buffer. What builds plans for one builds them for the other,
 * so that sizes are not computed twice.
 */
export function createMeasuringDevice(device) {
    const allocations = new Set();
    const stats = createStats();
    const kernel = async (source, variant) => {
        const text = await device.kernelText(source, variant);
        return { ...text, pipeline: nothing(), bindGroupLayout: nothing(), parameterLayout: undefined };
    };
    const measuring = {
        ...device,
        identity: {},
        allocations,
        measuring: true,
        gpu: pretend({ createBuffer: (descriptor) => pretendBuffer(allocations, descriptor) }),
        stats,
        debug: 0,
        requireMappings: () => undefined,
        observer: undefined,
        afterSubmit: new Set(),
        slicing: { limitOf: () => Number.POSITIVE_INFINITY, measured: () => undefined },
        stamps: { bytes: device.stamps.bytes, mark: () => undefined, commit: () => undefined, copyTo: () => () => undefined },
        flight: { submitted: async () => 0, wait: (_, promise) => promise },
        kernel: async (source, variant) => own(measuring, await kernel(source, variant)),
        tuning: guessing(device.tuning, (bytes) => {
            stats.bytesPeak = Math.max(stats.bytesPeak, stats.bytesAllocated + bytes);
        }),
        assertHealthy: () => undefined,
        fail: () => undefined,
        destroy: () => allocations.clear(),
    };
    return measuring;
}
function pretendBuffer(allocations, { label = "", size }) {
    const allocation = { label, bytes: size };
    allocations.add(allocation);
    return pretend({ label, size, destroy: () => void allocations.delete(allocation) });
}
/** An object of WebGPU that has some members. Every other member can be called, and gives nothing. */
function pretend(members) {
    return new Proxy(members, {
        get: (known, key) => (Reflect.has(known, key) ? Reflect.get(known, key) : nothing()),
    });
}
/** Stands for any object or function of WebGPU whose results nobody reads. */
function nothing() {
    return NOTHING;
}
const NOTHING = new Proxy(() => undefined, {
    // An object with a member `then` would be awaited.
    get: (_, key) => (key === "then" ? undefined : NOTHING),
    apply: () => NOTHING,
});
/** Answers what the real tuning knows, else with the best guess. `take` is told how many bytes the trials would take. */
function guessing(real, take) {
    const guesses = new Map();
    return {
        measures: real.measures,
        settle: async (requests) => {
            for (const { key, candidates } of requests) {
                if (real.choice(key) === undefined && !guesses.has(key)) {
                    const timed = real.measures && candidates.length > 1;
                    for (const { check, trial } of candidates)
                        take(bytesOf(timed ? trial() : check()));
                }
                guesses.set(key, candidates[0]?.name);
            }
        },
        choice: (key) => real.choice(key) ?? guesses.get(key),
    };
}
function bytesOf({ launches, expected }) {
    const all = [...launches, ...(typeof expected === "function" ? [] : expected)];
    const sizes = new Map(all.flatMap(({ bindings }) => Object.values(bindings)).map(({ storage, bytes }) => [storage, bytes]));
    return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}
