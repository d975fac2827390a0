import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { create, globals } from "webgpu";
import { isSoftware } from "../gpu/device.ts";
import { EngineError } from "../gpu/errors.ts";
import type { SubgroupMatrixWish } from "../gpu/subgroup_matrix.ts";
import { quoted } from "../options/quote.ts";
import { environment, environmentToggles } from "./environment.ts";
import { withoutNoise } from "./quiet_dawn.ts";
import { hasSystemLoader, loadLibrary, unpackSoftwareGpu } from "./software_gpu.ts";

/** No adapter on this machine, or none that the selection allows. */
export class NoAdapterError extends EngineError {
  override readonly name = "NoAdapterError";
}

/** An adapter that can be opened as often as wanted. */
export interface Candidate {
  readonly name: string;
  readonly gpu: GPU;
  /** For reading only, because its first requestDevice consumes it. Devices are opened with `request()`. */
  readonly adapter: GPUAdapter;
  readonly software: boolean;
  readonly embedded: boolean;
  /** The toggles of Dawn's that the adapter's devices have, beside those of every device. */
  readonly toggles: readonly string[];
  request(): Promise<GPUAdapter>;
}

// The engine uses WebGPU's constants (GPUBufferUsage ...) as globals, as a browser has them.
for (const [name, value] of Object.entries(globals)) if (!(name in globalThis)) Object.assign(globalThis, { [name]: value });

/** Dawn aborts the process when an object that create() returned is garbage-collected, so these live as long as the process. */
const keepAlive = new Set<GPU>();
const chosen = new Map<string, Promise<Candidate>>();

/** How adapters are looked for. */
export interface AdapterSearch {
  /** Which of several real GPUs comes first. Default: "high-performance". */
  readonly power?: GPUPowerPreference | undefined;
  /** Toggles of Dawn's (toggles.ts); a leading minus turns one off. Default: those of ENTROPIC_TOGGLES. */
  readonly toggles?: readonly string[] | undefined;
}

/** The adapter that a selection takes on this machine: "auto", "hardware", "software", or a part of a name. */
export function chooseAdapter(selection: string, search: AdapterSearch = {}): Promise<Candidate> {
  const wanted = selection.trim().toLowerCase() || "auto";
  const instance = instanceOf(search);
  const key = JSON.stringify([wanted, instance]);
  let choice = chosen.get(key);
  if (choice === undefined) {
    choice = findAdapter(wanted, instance);
    chosen.set(key, choice);
    choice.catch(() => chosen.delete(key));
  }
  return choice;
}

/** Every usable adapter, the one that "auto" takes first. */
export async function allAdapters(search: AdapterSearch = {}): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for await (const candidate of candidates(instanceOf(search))) found.push(candidate);
  return found;
}

/** What one object of Dawn's is made with. */
interface Instance {
  readonly power: GPUPowerPreference;
  readonly toggles: readonly string[];
}

function instanceOf({ power = "high-performance", toggles = environmentToggles() }: AdapterSearch): Instance {
  return { power, toggles };
}

async function findAdapter(wanted: string, instance: Instance): Promise<Candidate> {
  if (wanted === "embedded") {
    const embedded = await embeddedCandidate(instance);
    if ("missing" in embedded) throw new NoAdapterError(`no embedded software GPU: ${embedded.missing}; ${remedy()}`);
    return embedded;
  }
  const seen: string[] = [];
  for await (const candidate of candidates(instance)) {
    if (accepts(wanted, candidate)) return candidate;
    seen.push(candidate.name);
  }
  if (seen.length === 0) throw noAdapter();
  throw new NoAdapterError(
    `no adapter matches ${quoted(wanted)}; this machine has ${seen.join(", ")}; give auto, hardware, software, or a part of one of these names`,
  );
}

function accepts(wanted: string, { adapter, name, software, embedded }: Candidate): boolean {
  if (wanted === "auto") return true;
  if (wanted === "hardware") return !software;
  if (wanted === "software") return software;
  const { vendor, architecture, device, description } = adapter.info;
  return [name, vendor, architecture, device, description, embedded ? "embedded" : ""].some((text) => text.toLowerCase().includes(wanted));
}

/** Adapters by preference: real GPUs, the system's software GPU, the embedded one. They come lazily, as each starts a driver. */
async function* candidates(instance: Instance): AsyncGenerator<Candidate> {
  const seen = new Set<string>();
  const fresh = (candidate: Candidate | undefined): candidate is Candidate => {
    if (candidate === undefined || seen.has(candidate.name)) return false;
    seen.add(candidate.name);
    return true;
  };
  for await (const candidate of systemCandidates(instance)) if (fresh(candidate)) yield candidate;
  const embedded = await embeddedCandidate(instance);
  if (!("missing" in embedded) && fresh(embedded)) yield embedded;
}

async function* systemCandidates({ power, toggles }: Instance): AsyncGenerator<Candidate | undefined> {
  if (!(await prepareSystemLoader())) return;
  // Dawn sorts real GPUs before software ones, so the first request takes the best.
  const gpu = createGpu(toggles);
  const best = await openCandidate(gpu, toggles, { powerPreference: power });
  yield best;
  if (best === undefined) return;
  const names = await systemNames({ power, toggles });
  if (names.length < 2) return;
  for (const name of names) yield openCandidate(createGpu(toggles, `adapter=${name}`), toggles, { powerPreference: power });
}

/** The names of the system's adapters. Dawn lists them only in its error for a name that no adapter has. */
async function systemNames({ power, toggles }: Instance): Promise<string[]> {
  try {
    const gpu = createGpu(toggles, "adapter=(none has this name)");
    await withoutNoise(() => gpu.requestAdapter({ powerPreference: power }));
    return [];
  } catch (error) {
    return [...new Set([...String(error).matchAll(/name: '(.*)'$/gm)].map((match) => match[1]!))].filter((name) => name !== "");
  }
}

/**
 * False when the system has no Vulkan, about which Dawn would print an error if it were asked. Without a system loader the
 * embedded one takes its place, because a container may have a GPU's driver and no loader.
 */
async function prepareSystemLoader(): Promise<boolean> {
  if (process.platform !== "linux" || hasSystemLoader()) return true;
  const embedded = await unpackSoftwareGpu();
  if ("missing" in embedded) return true;
  return systemHasDrivers() && loadLibrary(embedded.loader);
}

/** Whether a Vulkan driver's manifest lies where loaders look. */
function systemHasDrivers(): boolean {
  const { env } = process;
  if (env.VK_DRIVER_FILES || env.VK_ICD_FILENAMES || env.VK_ADD_DRIVER_FILES) return true;
  const roots = ["/etc", "/usr/local/etc", "/usr/local/share", "/usr/share", env.XDG_CONFIG_HOME || join(homedir(), ".config")];
  roots.push(env.XDG_DATA_HOME || join(homedir(), ".local/share"), ...(env.XDG_DATA_DIRS ?? "").split(":").filter(Boolean));
  return roots.map((root) => join(root, "vulkan/icd.d")).some((folder) => existsSync(folder) && readdirSync(folder).length > 0);
}

async function embeddedCandidate({ toggles }: Instance): Promise<Candidate | { readonly missing: string }> {
  const unpacked = await unpackSoftwareGpu();
  if ("missing" in unpacked) return unpacked;
  if (!loadLibrary(unpacked.loader)) return { missing: `${unpacked.loader} cannot be loaded (it needs glibc)` };
  const gpu = createGpu(toggles);
  const before = process.env.VK_DRIVER_FILES;
  process.env.VK_DRIVER_FILES = unpacked.driver;
  // Dawn looks for drivers inside this call, before it returns its promise, so nothing else sees the changed environment.
  const first = withoutNoise(() => gpu.requestAdapter());
  if (before === undefined) delete process.env.VK_DRIVER_FILES;
  else process.env.VK_DRIVER_FILES = before;
  const adapter = await first;
  if (adapter === null) return { missing: `Dawn refused the driver ${unpacked.driver}` };
  return candidateOf({ gpu, adapter, toggles, embedded: true }, {});
}

async function openCandidate(gpu: GPU, toggles: readonly string[], options: GPURequestAdapterOptions): Promise<Candidate | undefined> {
  const adapter = await withoutNoise(() => gpu.requestAdapter(options));
  return adapter === null ? undefined : candidateOf({ gpu, adapter, toggles, embedded: false }, options);
}

function candidateOf(parts: Pick<Candidate, "gpu" | "adapter" | "toggles" | "embedded">, options: GPURequestAdapterOptions): Candidate {
  const { gpu, adapter, embedded } = parts;
  const name = embedded ? "embedded SwiftShader" : adapterName(adapter.info);
  const request = async (): Promise<GPUAdapter> => {
    const again = await withoutNoise(() => gpu.requestAdapter(options));
    if (again === null) throw new NoAdapterError(`${name} is gone; the command devices lists what is left`);
    return again;
  };
  return { ...parts, name, software: isSoftware(adapter.info), request };
}

/** One readable name: Mesa's llvmpipe driver is better known as lavapipe. */
export function adapterName(info: Pick<GPUAdapterInfo, "device" | "description" | "vendor" | "architecture">): string {
  const mesa = /^llvmpipe: Mesa ([\d.]+)/.exec(info.description);
  if (mesa) return `lavapipe (llvmpipe, Mesa ${mesa[1]})`;
  if (info.architecture === "swiftshader") return "SwiftShader";
  return info.device || info.description || `${info.vendor} ${info.architecture}`.trim() || "unnamed adapter";
}

/** The values of ENTROPIC_SUBGROUP_MATRIX and their meanings. */
export const SUBGROUP_MATRIX: Readonly<Record<string, SubgroupMatrixWish | undefined>> = {
  0: undefined,
  1: "f32",
  f16: "f16",
  emulated: "emulated",
};

function createGpu(toggles: readonly string[], ...flags: readonly string[]): GPU {
  // These two features allow experiments, and are off without them: subgroup matrices, and half precision on NVIDIA's driver.
  const experiments = SUBGROUP_MATRIX[environment("ENTROPIC_SUBGROUP_MATRIX") ?? "0"]
    ? ["allow_unsafe_apis", "vulkan_enable_f16_on_nvidia"]
    : [];
  const on = [...experiments, ...toggles.filter((toggle) => !toggle.startsWith("-"))];
  const off = ["timestamp_quantization", ...toggles.filter((toggle) => toggle.startsWith("-")).map((toggle) => toggle.slice(1))];
  const lists = [...(on.length > 0 ? [`enable-dawn-features=${on}`] : []), `disable-dawn-features=${off}`];
  const gpu = create([...lists, ...flags]);
  keepAlive.add(gpu);
  return gpu;
}

/** What to say on a machine without any adapter. */
export function noAdapter(): NoAdapterError {
  return new NoAdapterError(`no GPU was found; ${remedy()}`);
}

function remedy(): string {
  if (process.platform === "darwin") return "Metal is part of macOS 13 and later: update macOS, or run in a session that may use the GPU";
  if (process.platform === "win32") return "install the GPU maker's driver with Direct3D 12";
  const driver = "a Vulkan driver (Debian, Ubuntu: apt-get install libvulkan1 mesa-vulkan-drivers, Mesa 24 or later)";
  return process.arch === "x64"
    ? `run \`npm install --include=optional\` for the embedded software GPU, or install ${driver}`
    : `install ${driver}`;
}
