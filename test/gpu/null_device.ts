import { create, globals } from "webgpu";
import { createDevice, type Device, type DeviceOptions } from "../../src/gpu/device.ts";
import { loadShaders } from "../../src/node/shader_files.ts";

/**
 * Dawn's null backend compiles everything and computes nothing. Its adapter is shown here as a GPU's with subgroups of 32, or of the
 * smallest and the largest size that are given, and with the matrix instructions that are given.
 */
Object.assign(globalThis, globals);
const gpu = create(["backend=null", "enable-dawn-features=allow_unsafe_apis"]);

export async function nullDevice(
  options: Partial<DeviceOptions> = {},
  subgroupMatrixConfigs: readonly object[] = [],
  [subgroupMinSize, subgroupMaxSize]: readonly [number, number] = [32, 32],
): Promise<Device> {
  const adapter = (await gpu.requestAdapter())!;
  const names = { vendor: "null", architecture: "", device: "null", description: "null backend" };
  const shown = {
    info: { ...names, subgroupMinSize, subgroupMaxSize, subgroupMatrixConfigs, isFallbackAdapter: false },
    features: adapter.features,
    limits: adapter.limits,
    requestDevice: (descriptor: GPUDeviceDescriptor) => adapter.requestDevice(descriptor),
  } as unknown as GPUAdapter;
  return createDevice({
    adapter: shown,
    wgslLanguageFeatures: gpu.wgslLanguageFeatures,
    shaders: loadShaders(),
    tuning: { mode: "off" },
    ...options,
  });
}

/** The device with the limits of a large GPU, for plans that are only counted: Dawn itself would hold to the null backend's own. */
export function withLargeLimits(device: Device): Device {
  const limits: Record<string, unknown> = {};
  for (const name in device.limits) limits[name] = device.limits[name as keyof GPUSupportedLimits];
  const large = { maxBufferSize: 2 ** 32, maxStorageBufferBindingSize: 2 ** 31 - 4, maxComputeWorkgroupStorageSize: 49152 };
  return { ...device, limits: { ...limits, ...large } as unknown as GPUSupportedLimits };
}
