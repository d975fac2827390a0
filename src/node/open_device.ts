import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";
import { createDevice, type Device } from "../gpu/device.ts";
import type { SubgroupMatrixWish } from "../gpu/subgroup_matrix.ts";
import { requireKnownOptions } from "../options/problems.ts";
import { allAdapters, type Candidate, chooseAdapter, SUBGROUP_MATRIX } from "./adapters.ts";
import { checkEnvironment, checkToggles, environment } from "./environment.ts";
import { pollPatiently } from "./patient_polling.ts";
import { processMappings } from "./process_mappings.ts";
import { loadShaders } from "./shader_files.ts";
import { tuningOptions } from "./tuning_options.ts";

/** Which adapter to open, and how kernels run on it. Environment variables stand in for options that are left out. */
export interface OpenDeviceOptions {
  /** "auto" (a real GPU, else lavapipe, else the embedded one), "hardware", "software" or part of a name (or ENTROPIC_ADAPTER). */
  readonly adapter?: string | undefined;
  /** Which of several real GPUs. Default: "high-performance". */
  readonly powerPreference?: GPUPowerPreference | undefined;
  /** false (or ENTROPIC_SUBGROUPS=0): no subgroup operations. */
  readonly subgroups?: boolean | undefined;
  /** false (or ENTROPIC_IMMEDIATES=0): parameters through uniform buffers. */
  readonly immediates?: boolean | undefined;
  /** Invocations per row in row kernels without subgroups (or ENTROPIC_LANES). */
  readonly lanes?: number | undefined;
  /** Take the kernels of real GPUs on a software adapter, or the other way round (or ENTROPIC_KERNELS). Default: those of its kind. */
  readonly kernels?: "hardware" | "software" | undefined;
  /** How much to print on the console, 0 to 4 (or ENTROPIC_DEBUG). */
  readonly debug?: number | undefined;
  /** Seconds that one submission may take before the device counts as lost (or ENTROPIC_WATCHDOG). Default: 300. 0: any time. */
  readonly watchdog?: number | undefined;
  /** The most dispatches of a submission (or ENTROPIC_SLICE); 0: a step is one submission. Default: as many as take 50 to 100 ms. */
  readonly slice?: number | undefined;
  /** true: ask for timestamp queries. */
  readonly timestamps?: boolean | undefined;
  /** Whether to time kernels against each other, once per adapter (or ENTROPIC_TUNE). Default: only on hardware. */
  readonly tune?: boolean | "force" | undefined;
  /** Which matrix instructions products may use (or ENTROPIC_SUBGROUP_MATRIX). Default: none. */
  readonly subgroupMatrix?: SubgroupMatrixWish | undefined;
  /** Toggles of Dawn's for measuring, a leading minus turns one off (or ENTROPIC_TOGGLES). Default: none. */
  readonly toggles?: readonly string[] | undefined;
}

const OPTIONS = {
  adapter: true,
  powerPreference: true,
  subgroups: true,
  immediates: true,
  lanes: true,
  kernels: true,
  debug: true,
  watchdog: true,
  slice: true,
  timestamps: true,
  tune: true,
  subgroupMatrix: true,
  toggles: true,
} as const satisfies Record<keyof OpenDeviceOptions, true>;

/** An adapter as `devices --json` shows it. */
export interface AdapterDescription {
  readonly name: string;
  readonly backend: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** Runs on the CPU. */
  readonly software: boolean;
  /** The software GPU that came with npm. */
  readonly embedded: boolean;
  readonly f16: boolean;
  /** Smallest and largest subgroup size, null without subgroups. */
  readonly subgroups: readonly [min: number, max: number] | null;
  readonly limits: Readonly<Record<string, number>>;
  /** Toggles of Dawn's that were asked for. */
  readonly toggles: readonly string[];
  /** Whether "auto" takes this adapter. */
  readonly auto: boolean;
}

/**
 * Opens a GPU with the package's shaders. The process ends by itself when its work is done, so `destroy()` is optional.
 * @throws NoAdapterError when no adapter fits; its message says what to install, or which names there are; ConfigError for an unknown option
 */
export async function openDevice(options: OpenDeviceOptions = {}): Promise<Device> {
  requireKnownOptions("openDevice", options, Object.keys(OPTIONS));
  checkEnvironment();
  checkToggles("toggles", options.toggles ?? []);
  const search = { power: options.powerPreference, toggles: options.toggles };
  const candidate = await chooseAdapter(options.adapter ?? environment("ENTROPIC_ADAPTER") ?? "auto", search);
  const subgroups = options.subgroups ?? (environment("ENTROPIC_SUBGROUPS") === "0" ? false : undefined);
  const immediates = options.immediates ?? (environment("ENTROPIC_IMMEDIATES") === "0" ? false : undefined);
  const debug = options.debug ?? numberIn("ENTROPIC_DEBUG");
  const subgroupMatrix = options.subgroupMatrix ?? SUBGROUP_MATRIX[environment("ENTROPIC_SUBGROUP_MATRIX") ?? "0"];
  const lanes = options.lanes ?? numberIn("ENTROPIC_LANES");
  const kernels = options.kernels ?? environment("ENTROPIC_KERNELS");
  const watchdog = options.watchdog ?? numberIn("ENTROPIC_WATCHDOG");
  const slice = options.slice ?? numberIn("ENTROPIC_SLICE");
  if (candidate.software) pollPatiently();
  return createDevice({
    adapter: await candidate.request(),
    wgslLanguageFeatures: candidate.gpu.wgslLanguageFeatures,
    shaders: loadShaders(),
    name: candidate.name,
    toggles: candidate.toggles,
    tuning: tuningOptions(options.tune, candidate.toggles),
    heap: getHeapStatistics().heap_size_limit,
    mappings: candidate.software ? processMappings() : undefined,
    memory: candidate.software ? machineMemory() : undefined,
    ...(subgroupMatrix === undefined ? {} : { subgroupMatrix }),
    ...(subgroups === undefined ? {} : { subgroups }),
    ...(immediates === undefined ? {} : { immediates }),
    ...(lanes === undefined ? {} : { lanes }),
    ...(kernels === undefined ? {} : { kernels }),
    ...(debug === undefined ? {} : { debug }),
    ...(watchdog === undefined ? {} : { watchdog }),
    ...(slice === undefined ? {} : { slice }),
    ...(options.timestamps === undefined ? {} : { timestamps: options.timestamps }),
  });
}

/** The bytes of this machine, or those that its container may use. */
function machineMemory(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}

function numberIn(name: "ENTROPIC_DEBUG" | "ENTROPIC_LANES" | "ENTROPIC_WATCHDOG" | "ENTROPIC_SLICE"): number | undefined {
  const value = environment(name);
  return value === undefined ? undefined : Number(value);
}

/** Every adapter of this machine that can be opened, in the order of preference. Empty where there is none. */
export async function listAdapters(): Promise<AdapterDescription[]> {
  checkEnvironment();
  return (await allAdapters()).map((candidate, index) => describe(candidate, index === 0));
}

function describe({ adapter, name, software, embedded, toggles }: Candidate, auto: boolean): AdapterDescription {
  const { vendor, architecture, device, description, subgroupMinSize, subgroupMaxSize } = adapter.info;
  const limits: Record<string, number> = {};
  for (const key in adapter.limits) {
    const value: unknown = adapter.limits[key as keyof GPUSupportedLimits];
    if (typeof value === "number") limits[key] = value;
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
    toggles,
    auto,
  };
}

/** Dawn's Node binding opens one backend per platform, or the one that DAWNNODE_BACKEND names. */
function backendName(): string {
  const platforms: Partial<Record<NodeJS.Platform, string>> = { darwin: "metal", win32: "d3d12" };
  return process.env.DAWNNODE_BACKEND?.toLowerCase() || (platforms[process.platform] ?? "vulkan");
}
