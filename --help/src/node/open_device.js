import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";
import { createDevice } from "../gpu/device.js";
import { allAdapters, chooseAdapter, SUBGROUP_MATRIX } from "./adapters.js";
import { checkEnvironment, environment } from "./environment.js";
import { pollPatiently } from "./patient_polling.js";
import { processMappings } from "./process_mappings.js";
import { loadShaders } from "./shader_files.js";
import { tuningCache } from "./tuning_cache.js";
/**
 * Opens a GPU with the package's shaders. The process ends by itself when its work is done, so `destroy()` is optional.
 * @throws NoAdapterError when no adapter fits; its message says what to install, or which names there are
 */
export async function openDevice(options = {}) {
    checkEnvironment();
    const candidate = await chooseAdapter(options.adapter ?? environment("ENTROPIC_ADAPTER") ?? "auto", options.powerPreference);
    const subgroups = options.subgroups ?? (environment("ENTROPIC_SUBGROUPS") === "0" ? false : undefined);
    const immediates = options.immediates ?? (environment("ENTROPIC_IMMEDIATES") === "0" ? false : undefined);
    const debug = options.debug ?? numberIn("ENTROPIC_DEBUG");
    const mode = options.tune === undefined
        ? TUNE[environment("ENTROPIC_TUNE") ?? "unset"]
        : options.tune === "force"
            ? "force"
            : TUNE[options.tune ? 1 : 0];
    const subgroupMatrix = SUBGROUP_MATRIX[environment("ENTROPIC_SUBGROUP_MATRIX") ?? "0"];
    const lanes = options.lanes ?? numberIn("ENTROPIC_LANES");
    const watchdog = options.watchdog ?? numberIn("ENTROPIC_WATCHDOG");
    const slice = options.slice ?? numberIn("ENTROPIC_SLICE");
    if (candidate.software)
        pollPatiently();
    return createDevice({
        adapter: await candidate.request(),
        wgslLanguageFeatures: candidate.gpu.wgslLanguageFeatures,
        shaders: loadShaders(),
        name: candidate.name,
        tuning: { store: tuningCache(), mode },
        heap: getHeapStatistics().heap_size_limit,
        mappings: candidate.software ? processMappings() : undefined,
        memory: candidate.software ? machineMemory() : undefined,
        ...(subgroupMatrix === undefined ? {} : { subgroupMatrix }),
        ...(subgroups === undefined ? {} : { subgroups }),
        ...(immediates === undefined ? {} : { immediates }),
        ...(lanes === undefined ? {} : { lanes }),
        ...(debug === undefined ? {} : { debug }),
        ...(watchdog === undefined ? {} : { watchdog }),
        ...(slice === undefined ? {} : { slice }),
        ...(options.timestamps === undefined ? {} : { timestamps: options.timestamps }),
    });
}
/** The bytes of this machine, or those that its container may use. */
function machineMemory() {
    return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}
const TUNE = { unset: undefined, 0: "off", 1: "on", force: "force" };
function numberIn(name) {
    const value = environment(name);
    return value === undefined ? undefined : Number(value);
}
/** Every adapter of this machine that can be opened, in the order of preference. Empty where there is none. */
export async function listAdapters() {
    checkEnvironment();
    return (await allAdapters()).map((candidate, index) => describe(candidate, index === 0));
}
function describe({ adapter, name, software, embedded }, auto) {
    const { vendor, architecture, device, description, subgroupMinSize, subgroupMaxSize } = adapter.info;
    const limits = {};
    for (const key in adapter.limits) {
        const value = adapter.limits[key];
        if (typeof value === "number")
            limits[key] = value;
    }
    return {
        name,
        backend: backendName(),
        vendor,
        architecture,
        device,
        description,
        software,
        embedded,
        f16: adapter.features.has("shader-f16"),
        subgroups: adapter.features.has("subgroups") && subgroupMinSize && subgroupMaxSize ? [subgroupMinSize, subgroupMaxSize] : null,
        limits,
        auto,
    };
}
/** Dawn's Node binding opens one backend per platform, or the one that DAWNNODE_BACKEND names. */
function backendName() {
    const platforms = { darwin: "metal", win32: "d3d12" };
    return process.env.DAWNNODE_BACKEND?.toLowerCase() || (platforms[process.platform] ?? "vulkan");
}
