import { DeviceLostError, EngineError, LOSS_REMEDY } from "./errors.js";
import { createFlight } from "./flight.js";
import { createKernelCache, MAX_PARAMETER_BYTES } from "./kernel.js";
import { createMappingCheck } from "./mappings.js";
import { own } from "./ownership.js";
import { refusedError } from "./refused.js";
import { createSlicing } from "./slicing.js";
import { createStamps } from "./stamps.js";
import { createStats } from "./stats.js";
import { fittingMatrices, SUBGROUP_MATRIX_FEATURE } from "./subgroup_matrix.js";
import { createTuning } from "./tuning.js";
const WATCHDOG_SECONDS = 300;
/** Lanes without subgroups. On a GPU many lanes hide latency; on a CPU few lanes wait less at barriers. */
const DEFAULT_LANES = { software: 8, hardware: 64 };
/**
 * Opens a device with all of the adapter's own limits and the features the engine can use.
 * @throws EngineError when `lanes` is not a power of two from 4 to 128
 */
export async function createDevice(options) {
    const { adapter, shaders, debug = 0 } = options;
    const { info } = adapter;
    const traits = traitsOf(options);
    const requiredLimits = ownLimits(adapter, traits.immediates);
    const gpu = await adapter.requestDevice({ requiredFeatures: featuresOf(traits), requiredLimits });
    const stats = createStats();
    const health = watchHealth(gpu);
    const flight = createFlight({ gpu, watchdog: options.watchdog ?? WATCHDOG_SECONDS, fail: health.fail, assertHealthy: health.assert });
    const kernels = createKernelCache({ ...traits, gpu, shaders, stats, debug, flight });
    const context = {
        ...traits,
        gpu,
        identity: {},
        name: options.name ?? (info.description || `${info.vendor} ${info.architecture}`),
        info,
        shaders,
        debug,
        limits: gpu.limits,
        memory: options.memory,
        heap: options.heap,
        stats,
        requireMappings: createMappingCheck(options.mappings, stats),
        observer: undefined,
        afterSubmit: new Set(),
        slicing: createSlicing(options.slice),
        stamps: createStamps(gpu, info.device.startsWith("null"), health.fail),
        flight,
        kernel: async (source, variant) => own(context, await kernels.get(source, variant)),
        assertHealthy: health.assert,
    };
    // This extends the object itself, not a copy, because tuning must see the observer that is set on it later.
    return Object.assign(context, {
        vendor: info.vendor,
        architecture: info.architecture,
        tuning: createTuning(context, options.tuning ?? {}),
        kernelText: kernels.text,
        fail: health.fail,
        destroy: () => {
            health.fail(new EngineError("the device was destroyed; open another"));
            gpu.destroy();
        },
    });
}
/** What the engine will use of an adapter. */
function traitsOf(options) {
    const { adapter } = options;
    const software = isSoftware(adapter.info);
    const subgroupSize = fixedSubgroupSize(adapter);
    const subgroups = options.subgroups !== false && options.lanes === undefined && subgroupSize !== undefined;
    const lanes = subgroups ? subgroupSize : (options.lanes ?? DEFAULT_LANES[software ? "software" : "hardware"]);
    if (![4, 8, 16, 32, 64, 128].includes(lanes))
        throw new EngineError(`lanes is ${lanes}; it must be a power of two from 4 to 128`);
    return {
        software,
        lanes,
        subgroups,
        subgroupMatrices: subgroups ? fittingMatrices(adapter, options.subgroupMatrix) : [],
        immediates: options.immediates !== false && hasImmediates(options),
        timestamps: options.timestamps === true && adapter.features.has("timestamp-query"),
    };
}
/** The language may know immediates of which the adapter has too few bytes. */
function hasImmediates({ adapter, wgslLanguageFeatures }) {
    const { maxImmediateSize = 0 } = adapter.limits;
    return wgslLanguageFeatures.has("immediate_address_space") && maxImmediateSize >= MAX_PARAMETER_BYTES;
}
function featuresOf({ subgroups, subgroupMatrices, timestamps }) {
    const features = [];
    if (subgroups)
        features.push("subgroups");
    if (subgroupMatrices.length > 0)
        features.push(SUBGROUP_MATRIX_FEATURE);
    if (subgroupMatrices.some(({ component }) => component === "f16"))
        features.push("shader-f16");
    if (timestamps)
        features.push("timestamp-query");
    return features;
}
/** lavapipe and SwiftShader call themselves fallback adapters; the names cover Dawn builds in which they do not. */
export function isSoftware(info) {
    return info.isFallbackAdapter || info.architecture === "software" || info.architecture === "swiftshader";
}
/** The subgroup size, if the adapter has only one. Kernels must know it, so other adapters are used without subgroups. */
function fixedSubgroupSize(adapter) {
    const { subgroupMinSize, subgroupMaxSize } = adapter.info;
    if (!adapter.features.has("subgroups") || subgroupMinSize !== subgroupMaxSize)
        return undefined;
    return subgroupMinSize !== undefined && subgroupMinSize >= 4 && subgroupMinSize <= 128 ? subgroupMinSize : undefined;
}
const LIMITS = [
    "maxBufferSize",
    "maxStorageBufferBindingSize",
    "maxComputeWorkgroupStorageSize",
    "maxComputeInvocationsPerWorkgroup",
    "maxComputeWorkgroupSizeX",
    "maxComputeWorkgroupsPerDimension",
    "maxStorageBuffersPerShaderStage",
];
function ownLimits(adapter, immediates) {
    const limits = {};
    for (const name of LIMITS)
        limits[name] = adapter.limits[name];
    if (immediates)
        limits.maxImmediateSize = MAX_PARAMETER_BYTES;
    return limits;
}
/** Keeps the first failure, because WebGPU accepts submissions to a lost device in silence. */
function watchHealth(gpu) {
    let failure;
    const fail = (error) => {
        failure ??= error;
    };
    gpu.addEventListener("uncapturederror", (event) => {
        const { error } = event;
        event.preventDefault();
        fail(refusedError(error));
    });
    void gpu.lost.then((lost) => {
        fail(new DeviceLostError(`the GPU was lost (${lost.message.trim() || lost.reason}); ${LOSS_REMEDY}`));
    });
    return {
        assert: () => {
            if (failure)
                throw failure;
        },
        fail,
    };
}
