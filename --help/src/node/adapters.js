import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { create, globals } from "webgpu";
import { isSoftware } from "../gpu/device.js";
import { EngineError } from "../gpu/errors.js";
import { quoted } from "../options/quote.js";
import { environment } from "./environment.js";
import { withoutNoise } from "./quiet_dawn.js";
import { hasSystemLoader, loadLibrary, unpackSoftwareGpu } from "./software_gpu.js";
/** No adapter on this machine, or none that the selection allows. */
export class NoAdapterError extends EngineError {
    name = "NoAdapterError";
}
// The engine uses WebGPU's constants (GPUBufferUsage ...) as globals, as a browser has them.
for (const [name, value] of Object.entries(globals))
    if (!(name in globalThis))
        Object.assign(globalThis, { [name]: value });
/** Dawn aborts the process when an object that create() returned is garbage-collected, so these live as long as the process. */
const keepAlive = new Set();
const chosen = new Map();
/** The adapter that a selection takes on this machine: "auto", "hardware", "software", or a part of a name. */
export function chooseAdapter(selection, power = "high-performance") {
    const wanted = selection.trim().toLowerCase() || "auto";
    const key = `${wanted} ${power}`;
    let choice = chosen.get(key);
    if (choice === undefined) {
        choice = findAdapter(wanted, power);
        chosen.set(key, choice);
        choice.catch(() => chosen.delete(key));
    }
    return choice;
}
/** Every usable adapter, the one that "auto" takes first. */
export async function allAdapters(power = "high-performance") {
    const found = [];
    for await (const candidate of candidates(power))
        found.push(candidate);
    return found;
}
async function findAdapter(wanted, power) {
    if (wanted === "embedded") {
        const embedded = await embeddedCandidate();
        if ("missing" in embedded)
            throw new NoAdapterError(`no embedded software GPU: ${embedded.missing}; ${remedy()}`);
        return embedded;
    }
    const seen = [];
    for await (const candidate of candidates(power)) {
        if (accepts(wanted, candidate))
            return candidate;
        seen.push(candidate.name);
    }
    if (seen.length === 0)
        throw noAdapter();
    throw new NoAdapterError(`no adapter matches ${quoted(wanted)}; this machine has ${seen.join(", ")}; give auto, hardware, software, or a part of one of these names`);
}
function accepts(wanted, { adapter, name, software, embedded }) {
    if (wanted === "auto")
        return true;
    if (wanted === "hardware")
        return !software;
    if (wanted === "software")
        return software;
    const { vendor, architecture, device, description } = adapter.info;
    return [name, vendor, architecture, device, description, embedded ? "embedded" : ""].some((text) => text.toLowerCase().includes(wanted));
}
/** Adapters by preference: real GPUs, the system's software GPU, the embedded one. They come lazily, as each starts a driver. */
async function* candidates(power) {
    const seen = new Set();
    const fresh = (candidate) => {
        if (candidate === undefined || seen.has(candidate.name))
            return false;
        seen.add(candidate.name);
        return true;
    };
    for await (const candidate of systemCandidates(power))
        if (fresh(candidate))
            yield candidate;
    const embedded = await embeddedCandidate();
    if (!("missing" in embedded) && fresh(embedded))
        yield embedded;
}
async function* systemCandidates(power) {
    if (!(await prepareSystemLoader()))
        return;
    // Dawn sorts real GPUs before software ones, so the first request takes the best.
    const gpu = createGpu();
    const best = await openCandidate(gpu, { powerPreference: power });
    yield best;
    if (best === undefined)
        return;
    const names = await systemNames(power);
    if (names.length < 2)
        return;
    for (const name of names)
        yield openCandidate(createGpu(`adapter=${name}`), { powerPreference: power });
}
/** The names of the system's adapters. Dawn lists them only in its error for a name that no adapter has. */
async function systemNames(power) {
    try {
        const gpu = createGpu("adapter=(none has this name)");
        await withoutNoise(() => gpu.requestAdapter({ powerPreference: power }));
        return [];
    }
    catch (error) {
        return [...new Set([...String(error).matchAll(/name: '(.*)'$/gm)].map((match) => match[1]))].filter((name) => name !== "");
    }
}
/**
 * False when the system has no Vulkan, about which Dawn would print an error if it were asked. Without a system loader the
 * embedded one takes its place, because a container may have a GPU's driver and no loader.
 */
async function prepareSystemLoader() {
    if (process.platform !== "linux" || hasSystemLoader())
        return true;
    const embedded = await unpackSoftwareGpu();
    if ("missing" in embedded)
        return true;
    return systemHasDrivers() && loadLibrary(embedded.loader);
}
/** Whether a Vulkan driver's manifest lies where loaders look. */
function systemHasDrivers() {
    const { env } = process;
    if (env.VK_DRIVER_FILES || env.VK_ICD_FILENAMES || env.VK_ADD_DRIVER_FILES)
        return true;
    const roots = ["/etc", "/usr/local/etc", "/usr/local/share", "/usr/share", env.XDG_CONFIG_HOME || join(homedir(), ".config")];
    roots.push(env.XDG_DATA_HOME || join(homedir(), ".local/share"), ...(env.XDG_DATA_DIRS ?? "").split(":").filter(Boolean));
    return roots.map((root) => join(root, "vulkan/icd.d")).some((folder) => existsSync(folder) && readdirSync(folder).length > 0);
}
async function embeddedCandidate() {
    const unpacked = await unpackSoftwareGpu();
    if ("missing" in unpacked)
        return unpacked;
    if (!loadLibrary(unpacked.loader))
        return { missing: `${unpacked.loader} cannot be loaded (it needs glibc)` };
    const gpu = createGpu();
    const before = process.env.VK_DRIVER_FILES;
    process.env.VK_DRIVER_FILES = unpacked.driver;
    // Dawn looks for drivers inside this call, before it returns its promise, so nothing else sees the changed environment.
    const first = withoutNoise(() => gpu.requestAdapter());
    if (before === undefined)
        delete process.env.VK_DRIVER_FILES;
    else
        process.env.VK_DRIVER_FILES = before;
    const adapter = await first;
    if (adapter === null)
        return { missing: `Dawn refused the driver ${unpacked.driver}` };
    return candidateOf(gpu, adapter, {}, true);
}
async function openCandidate(gpu, options) {
    const adapter = await withoutNoise(() => gpu.requestAdapter(options));
    return adapter === null ? undefined : candidateOf(gpu, adapter, options, false);
}
function candidateOf(gpu, adapter, options, embedded) {
    const name = embedded ? "embedded SwiftShader" : adapterName(adapter.info);
    const request = async () => {
        const again = await withoutNoise(() => gpu.requestAdapter(options));
        if (again === null)
            throw new NoAdapterError(`${name} is gone; the command devices lists what is left`);
        return again;
    };
    return { name, gpu, adapter, software: isSoftware(adapter.info), embedded, request };
}
/** One readable name: Mesa's llvmpipe driver is better known as lavapipe. */
export function adapterName(info) {
    const mesa = /^llvmpipe: Mesa ([\d.]+)/.exec(info.description);
    if (mesa)
        return `lavapipe (llvmpipe, Mesa ${mesa[1]})`;
    if (info.architecture === "swiftshader")
        return "SwiftShader";
    return info.device || info.description || `${info.vendor} ${info.architecture}`.trim() || "unnamed adapter";
}
/** The values of ENTROPIC_SUBGROUP_MATRIX and their meanings. */
export const SUBGROUP_MATRIX = { 0: undefined, 1: "f32", f16: "f16" };
function createGpu(...flags) {
    // These two features allow experiments, and are off without them: subgroup matrices, and half precision on NVIDIA's driver.
    const experiments = SUBGROUP_MATRIX[environment("ENTROPIC_SUBGROUP_MATRIX") ?? "0"]
        ? ["enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia"]
        : [];
    const gpu = create(["disable-dawn-features=timestamp_quantization", ...experiments, ...flags]);
    keepAlive.add(gpu);
    return gpu;
}
/** What to say on a machine without any adapter. */
export function noAdapter() {
    return new NoAdapterError(`no GPU was found; ${remedy()}`);
}
function remedy() {
    if (process.platform === "darwin")
        return "Metal is part of macOS 13 and later: update macOS, or run in a session that may use the GPU";
    if (process.platform === "win32")
        return "install the GPU maker's driver with Direct3D 12";
    const driver = "a Vulkan driver (Debian, Ubuntu: apt-get install libvulkan1 mesa-vulkan-drivers, Mesa 24 or later)";
    return process.arch === "x64"
        ? `run \`npm install --include=optional\` for the embedded software GPU, or install ${driver}`
        : `install ${driver}`;
}
