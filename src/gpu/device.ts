import type { GpuContext } from "./context.ts";
import { DeviceLostError, EngineError, LOSS_REMEDY } from "./errors.ts";
import { createFlight } from "./flight.ts";
import { createKernelCache, type KernelCache } from "./kernel.ts";
import { createMappingCheck, type Mappings } from "./mappings.ts";
import { own } from "./ownership.ts";
import { MAX_PARAMETER_BYTES } from "./reflect.ts";
import { refusedError } from "./refused.ts";
import { createSlicing } from "./slicing.ts";
import { createStamps } from "./stamps.ts";
import { createStats } from "./stats.ts";
import { fittingMatrices, SUBGROUP_MATRIX_FEATURE, type SubgroupMatrix, type SubgroupMatrixWish } from "./subgroup_matrix.ts";
import { NO_SUBGROUPS, SUBGROUP_SIZE_FEATURE, subgroupsOf } from "./subgroups.ts";
import { createTuning, type Tuning, type TuningOptions, timesOn } from "./tuning.ts";

/** What a device is made of; `openDevice` fills it in on Node.js. */
export interface DeviceOptions {
  readonly adapter: GPUAdapter;
  readonly wgslLanguageFeatures: ReadonlySet<string>;
  /** WGSL by id, the path below shaders/ without its extension. */
  readonly shaders: Readonly<Record<string, string>>;
  readonly name?: string;
  /** false: never use subgroup operations, nor ask for a size of subgroups, even where the adapter has them. */
  readonly subgroups?: boolean;
  /** false: pass parameters through uniform buffers even where immediates exist. */
  readonly immediates?: boolean;
  /** Invocations that share a row, a power of two from 4 to 128. Setting this turns subgroups off. */
  readonly lanes?: number;
  /** The kernels to take: those of GPUs or those of software adapters. Left out: those of the adapter's kind. */
  readonly kernels?: "hardware" | "software";
  /** true: ask for timestamp queries (profiling). */
  readonly timestamps?: boolean;
  /** What to print on the console: 1 a line per plan, 2 also its dispatches, 3 also WGSL; 4 also fills a plan's memory with NaN. */
  readonly debug?: number;
  /** Use the matrix instructions of subgroups, an experiment of Dawn's, where the adapter has any. */
  readonly subgroupMatrix?: SubgroupMatrixWish;
  /** The bytes that the GPU can have at most, where they are known. */
  readonly memory?: number | undefined;
  /** The bytes that JavaScript may take in this process, where they are known. */
  readonly heap?: number | undefined;
  /** The memory mappings of the process, where their number is bounded and the driver makes many. */
  readonly mappings?: Mappings | undefined;
  /**
   * Seconds that one submission may take before the device counts as lost, 300 where left out; 0: any time. A slow software adapter works
   * less than a second on a slice.
   */
  readonly watchdog?: number;
  /** The most dispatches of a slice (slices.ts); 0: a step is one submission. Left out: slices adapt to the adapter's speed. */
  readonly slice?: number;
  /** The toggles of Dawn's that the adapter's GPU object was made with, where they matter (toggles.ts). */
  readonly toggles?: readonly string[];
  /** Whether kernels are timed on the adapter, and where the results are stored. */
  readonly tuning?: TuningOptions;
}

/** A GPU ready to run kernels. */
export interface Device extends GpuContext {
  readonly vendor: string;
  readonly architecture: string;
  /** Matrix instructions that kernels may use; none unless `subgroupMatrix` asked for them. */
  readonly subgroupMatrices: readonly SubgroupMatrix[];
  readonly timestamps: boolean;
  /** The toggles of Dawn's that were asked for. */
  readonly toggles: readonly string[];
  readonly tuning: Tuning;
  /** A kernel's linked text, without compiling it. */
  readonly kernelText: KernelCache["text"];
  /** Makes every later `assertHealthy` throw. The first failure wins. */
  fail(error: EngineError): void;
  destroy(): void;
}

const WATCHDOG_SECONDS = 300;

/** Lanes without subgroups. On a GPU many lanes hide latency; on a CPU few lanes wait less at barriers. */
const DEFAULT_LANES = { software: 8, hardware: 64 } as const;

/**
 * Opens a device with all of the adapter's own limits and the features the engine can use.
 * @throws EngineError when `lanes` is not a power of two from 4 to 128
 */
export async function createDevice(options: DeviceOptions): Promise<Device> {
  const { adapter, shaders, debug = 0, toggles = [] } = options;
  const { info } = adapter;
  const traits = traitsOf(options);
  const requiredLimits = ownLimits(adapter, traits.immediates);
  const gpu = await adapter.requestDevice({ requiredFeatures: featuresOf(traits, options), requiredLimits });
  const stats = createStats();
  const health = watchHealth(gpu);
  const flight = createFlight({ gpu, watchdog: options.watchdog ?? WATCHDOG_SECONDS, fail: health.fail, assertHealthy: health.assert });
  const kernels = createKernelCache({ ...traits, gpu, shaders, stats, debug, flight, toggles });
  const context: GpuContext & Traits = {
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
    slicing: createSlicing(options.slice, traits.software),
    stamps: createStamps(gpu, info.device.startsWith("null"), health.fail),
    flight,
    kernel: async (source, variant) => own(context, await kernels.get(source, variant)),
    assertHealthy: health.assert,
  };
  // This extends the object itself, not a copy, because tuning must see the observer that is set on it later.
  return Object.assign(context, {
    vendor: info.vendor,
    architecture: info.architecture,
    toggles,
    tuning: createTuning(context, options.tuning ?? {}),
    kernelText: kernels.text,
    [INSPECT]: summary,
    fail: health.fail,
    destroy: () => {
      health.fail(new EngineError("the device was destroyed; open another"));
      gpu.destroy();
    },
  });
}

/** What Node.js calls to print an object. All fields of a device, with the texts of its shaders, are thousands of lines. */
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

function summary(this: Device): object {
  const { name, vendor, architecture, software, lanes, subgroups, immediates, timestamps, toggles } = this;
  return { name, vendor, architecture, software, lanes, subgroups, immediates, timestamps, toggles };
}

type Traits = Pick<
  Device,
  "software" | "gathers" | "lanes" | "subgroups" | "askedSizes" | "subgroupMatrices" | "immediates" | "timestamps"
>;

/** What the engine will use of an adapter. */
function traitsOf(options: DeviceOptions): Traits {
  const { adapter, subgroupMatrix } = options;
  const software = options.kernels === undefined ? isSoftware(adapter.info) : options.kernels === "software";
  const { lanes: ofSubgroups, asked } = options.subgroups === false ? NO_SUBGROUPS : subgroupsOf(adapter);
  const subgroups = options.lanes === undefined && ofSubgroups !== undefined;
  const lanes = subgroups ? ofSubgroups : (options.lanes ?? DEFAULT_LANES[software ? "software" : "hardware"]);
  if (![4, 8, 16, 32, 64, 128].includes(lanes)) throw new EngineError(`lanes is ${lanes}; it must be a power of two from 4 to 128`);
  return {
    software,
    gathers: gathers(adapter.info),
    lanes,
    subgroups,
    askedSizes: asked,
    subgroupMatrices: fittingMatrices(adapter, subgroups || subgroupMatrix === "emulated" ? subgroupMatrix : undefined),
    immediates: options.immediates !== false && hasImmediates(options),
    timestamps: options.timestamps === true && adapter.features.has("timestamp-query"),
  };
}

/** The language may know immediates of which the adapter has too few bytes. */
function hasImmediates({ adapter, wgslLanguageFeatures }: DeviceOptions): boolean {
  const { maxImmediateSize = 0 } = adapter.limits as GPUSupportedLimits & { readonly maxImmediateSize?: number };
  return wgslLanguageFeatures.has("immediate_address_space") && maxImmediateSize >= MAX_PARAMETER_BYTES;
}

function featuresOf(traits: Traits, { adapter, tuning = {} }: DeviceOptions): GPUFeatureName[] {
  const { software, subgroups, askedSizes, subgroupMatrices, timestamps } = traits;
  const timesByGpu = !software && timesOn(traits, tuning) && adapter.features.has("timestamp-query");
  const features: GPUFeatureName[] = [];
  const asks = Object.values(askedSizes).some((size) => size !== undefined);
  if (subgroups || asks) features.push("subgroups" as GPUFeatureName);
  if (asks) features.push(SUBGROUP_SIZE_FEATURE);
  const matrices = subgroupMatrices.filter(({ emulated }) => !emulated);
  if (matrices.length > 0) features.push(SUBGROUP_MATRIX_FEATURE);
  if (matrices.some(({ component }) => component === "f16")) features.push("shader-f16");
  if (timestamps || timesByGpu) features.push("timestamp-query");
  return features;
}

/** lavapipe and SwiftShader call themselves fallback adapters; the names cover Dawn builds in which they do not. */
export function isSoftware(info: GPUAdapterInfo): boolean {
  return info.isFallbackAdapter || info.architecture === "software" || info.architecture === "swiftshader";
}

/** Lavapipe reads by gathering instructions since some version between Mesa 25.0.7, which does not, and 25.2.8, which does. */
export function gathers({ description }: Pick<GPUAdapterInfo, "description">): boolean {
  const [, major = 0, minor = 0] = /^llvmpipe: Mesa (\d+)\.(\d+)/.exec(description) ?? [];
  return Number(major) > 25 || (Number(major) === 25 && Number(minor) >= 2);
}

const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupsPerDimension",
  "maxStorageBuffersPerShaderStage",
] as const;

function ownLimits(adapter: GPUAdapter, immediates: boolean): Record<string, number> {
  const limits: Record<string, number> = {};
  for (const name of LIMITS) limits[name] = adapter.limits[name];
  if (immediates) limits.maxImmediateSize = MAX_PARAMETER_BYTES;
  return limits;
}

interface Health {
  assert(): void;
  fail(error: EngineError): void;
}

/** Keeps the first failure, because WebGPU accepts submissions to a lost device in silence. */
function watchHealth(gpu: GPUDevice): Health {
  let failure: EngineError | undefined;
  const fail = (error: EngineError): void => {
    failure ??= error;
  };
  gpu.addEventListener("uncapturederror", (event) => {
    const { error } = event as GPUUncapturedErrorEvent;
    event.preventDefault();
    fail(refusedError(error));
  });
  void gpu.lost.then((lost) => {
    fail(new DeviceLostError(`the GPU was lost (${lost.message.trim() || lost.reason}); ${LOSS_REMEDY}`));
  });
  return {
    assert: () => {
      if (failure) throw failure;
    },
    fail,
  };
}
