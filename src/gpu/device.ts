import { DeviceLostError, EngineError } from "./errors.ts";
import { createKernelCache, type Kernel, type KernelCache, type KernelSource, type KernelVariant } from "./kernel.ts";
import type { Observer } from "./observe.ts";
import { createStats, type DeviceStats } from "./stats.ts";
import { fittingMatrices, SUBGROUP_MATRIX_FEATURE, type SubgroupMatrix, type SubgroupMatrixWish } from "./subgroup_matrix.ts";
import { createTuning, type Tuning, type TuningOptions } from "./tuning.ts";

export interface DeviceOptions {
  readonly adapter: GPUAdapter;
  readonly wgslLanguageFeatures: ReadonlySet<string>;
  /** WGSL by id, the path below shaders/ without its extension. */
  readonly shaders: Readonly<Record<string, string>>;
  readonly name?: string;
  /** false: never use subgroup operations, even where the adapter has them. */
  readonly subgroups?: boolean;
  /** false: pass parameters through uniform buffers even where immediates exist. */
  readonly immediates?: boolean;
  /** Invocations per row in row kernels, a power of two from 4 to 128; only without subgroups. */
  readonly lanes?: number;
  /** true: ask for timestamp queries (profiling). */
  readonly timestamps?: boolean;
  /** How much to say on the console: 1 a line a plan, 2 its dispatches, 3 the WGSL of kernels; 4 also fills a plan's memory with NaN. */
  readonly debug?: number;
  /** Use the matrix instructions of subgroups, an experiment of Dawn's, where the adapter has any. */
  readonly subgroupMatrix?: SubgroupMatrixWish;
  /** What is measured on the adapter, and where it is remembered. */
  readonly tuning?: TuningOptions;
}

/** A GPU ready to run kernels. */
export interface Device {
  readonly gpu: GPUDevice;
  readonly name: string;
  /** Runs on the CPU: lavapipe, SwiftShader, WARP. Chooses kernel families. */
  readonly software: boolean;
  readonly vendor: string;
  readonly architecture: string;
  readonly info: GPUAdapterInfo;
  /** WGSL by id, as the device was given it. */
  readonly shaders: Readonly<Record<string, string>>;
  /** Invocations in a row kernel's workgroup. With `subgroups` this is exactly one subgroup. */
  readonly lanes: number;
  readonly subgroups: boolean;
  /** Matrix instructions that may be used; none unless asked for. */
  readonly subgroupMatrices: readonly SubgroupMatrix[];
  readonly immediates: boolean;
  readonly timestamps: boolean;
  readonly debug: number;
  readonly limits: GPUSupportedLimits;
  readonly stats: DeviceStats;
  readonly tuning: Tuning;
  /** Watches every dispatch while it is set; undefined costs nothing. */
  observer: Observer | undefined;
  /** Compiles a kernel, or returns the one compiled before. */
  kernel(source: KernelSource, variant?: KernelVariant): Promise<Kernel>;
  /** Throws when the device is lost or an earlier submission was invalid. */
  assertHealthy(): void;
  /** Makes the next `assertHealthy` throw, wherever that is. The first failure wins. */
  fail(error: EngineError): void;
  destroy(): void;
}

/** Lanes without subgroups: enough to hide latency on a GPU, few enough not to waste barriers on a CPU. */
const DEFAULT_LANES = { software: 8, hardware: 64 } as const;

/**
 * Opens a device with all of the adapter's own limits and the features the engine can use.
 * @throws EngineError when an option is impossible on this adapter
 */
export async function createDevice(options: DeviceOptions): Promise<Device> {
  const { adapter } = options;
  const info = adapter.info;
  const software = isSoftware(info);
  const subgroupSize = fixedSubgroupSize(adapter);
  const subgroups = options.subgroups !== false && options.lanes === undefined && subgroupSize !== undefined;
  const immediates = options.immediates !== false && options.wgslLanguageFeatures.has("immediate_address_space");
  const timestamps = options.timestamps === true && adapter.features.has("timestamp-query");
  const lanes = subgroups ? subgroupSize : (options.lanes ?? DEFAULT_LANES[software ? "software" : "hardware"]);
  if (![4, 8, 16, 32, 64, 128].includes(lanes)) throw new EngineError(`lanes is ${lanes}; it must be a power of two from 4 to 128`);

  const requiredFeatures: GPUFeatureName[] = [];
  if (subgroups) requiredFeatures.push("subgroups" as GPUFeatureName);
  const subgroupMatrices = subgroups ? fittingMatrices(adapter, options.subgroupMatrix) : [];
  if (subgroupMatrices.length > 0) requiredFeatures.push(SUBGROUP_MATRIX_FEATURE);
  if (subgroupMatrices.some(({ component }) => component === "f16")) requiredFeatures.push("shader-f16");
  if (timestamps) requiredFeatures.push("timestamp-query");
  const gpu = await adapter.requestDevice({ requiredFeatures, requiredLimits: ownLimits(adapter, immediates) });

  const stats = createStats();
  const health = watchHealth(gpu);
  const traits = { gpu, lanes, subgroups, immediates, shaders: options.shaders, stats, debug: options.debug ?? 0 };
  const kernels: KernelCache = createKernelCache(traits);
  const device: Device = {
    gpu,
    name: options.name ?? (info.description || `${info.vendor} ${info.architecture}`),
    software,
    vendor: info.vendor,
    architecture: info.architecture,
    info,
    shaders: options.shaders,
    lanes,
    subgroups,
    subgroupMatrices,
    immediates,
    timestamps,
    debug: options.debug ?? 0,
    limits: gpu.limits,
    stats,
    tuning: createTuning(() => device, options.tuning ?? {}),
    observer: undefined,
    kernel: kernels.get,
    assertHealthy: health.assert,
    fail: health.fail,
    destroy: () => {
      health.fail(new EngineError("the device was destroyed; open another"));
      gpu.destroy();
    },
  };
  return device;
}

/** Both software drivers call themselves fallback adapters; the names cover Dawn builds that do not. */
export function isSoftware(info: GPUAdapterInfo): boolean {
  return info.isFallbackAdapter || info.architecture === "software" || info.architecture === "swiftshader";
}

/** The subgroup size where it is always the same; kernels that must know it do without subgroups elsewhere. */
function fixedSubgroupSize(adapter: GPUAdapter): number | undefined {
  const { subgroupMinSize, subgroupMaxSize } = adapter.info;
  if (!adapter.features.has("subgroups") || subgroupMinSize !== subgroupMaxSize) return undefined;
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
] as const;

function ownLimits(adapter: GPUAdapter, immediates: boolean): Record<string, number> {
  const limits: Record<string, number> = {};
  for (const name of LIMITS) limits[name] = adapter.limits[name];
  if (immediates) limits.maxImmediateSize = 64;
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
    fail(new EngineError(`the GPU refused a command: ${error.message}`));
  });
  void gpu.lost.then((lost) => {
    if (lost.reason !== "destroyed") fail(new DeviceLostError(`the GPU was lost: ${lost.message}`));
  });
  return {
    assert: () => {
      if (failure) throw failure;
    },
    fail,
  };
}
