import type { Device } from "../../../src/gpu/device.ts";
import { loadShaders } from "../../../src/node/shader_files.ts";
import type { DeviceWish } from "../../../src/testing/conformance/case.ts";
import { openWithShaders } from "../open_with_shaders.ts";

/** With these, reports name kernels by their ids and variables by their names in the WGSL. */
const TOGGLES = ["use_user_defined_labels_in_backend", "disable_symbol_renaming"];

/** What NVIDIA's GPUs have. The adapter has 128 KiB, of which the layer needs half or more. */
const WORKGROUP_BYTES = 48 << 10;

/** What was run. */
export interface Watch {
  /** The ids of kernels with workgroup memory. */
  readonly kernels: Set<string>;
}

/** Opens the adapter with the kernels of GPUs, and notes in `watch` which of them have workgroup memory. */
export async function watchedDevice(name: string, wish: DeviceWish, watch: Watch, shaders = loadShaders()): Promise<Device> {
  const device = await openWithShaders(name, {
    shaders,
    toggles: TOGGLES,
    shown: withLessMemory,
    kernels: "hardware",
    tuning: { mode: "off" },
    ...wish,
  });
  const create = device.gpu.createShaderModule.bind(device.gpu);
  device.gpu.createShaderModule = (descriptor) => {
    if (descriptor.code.includes("var<workgroup>")) watch.kernels.add(descriptor.label ?? "");
    return create(descriptor);
  };
  return device;
}

function withLessMemory(adapter: GPUAdapter): GPUAdapter {
  const limits = new Proxy(adapter.limits, {
    get: (all, name) => (name === "maxComputeWorkgroupStorageSize" ? WORKGROUP_BYTES : (Reflect.get(all, name) as unknown)),
  });
  return new Proxy(adapter, {
    get: (all, name) => {
      if (name === "limits") return limits;
      const value: unknown = Reflect.get(all, name);
      return typeof value === "function" ? (value.bind(all) as unknown) : value;
    },
  });
}

/** Runs a kernel in which every invocation reads what another one writes, without a barrier. */
export async function raceOfOurs(adapter: string): Promise<void> {
  const { gpu } = await watchedDevice(adapter, {}, { kernels: new Set() });
  const code = `
    @group(0) @binding(0) var<storage, read_write> y: array<u32>;
    var<workgroup> written: array<u32, 64>;
    @compute @workgroup_size(64) fn main(@builtin(local_invocation_index) index: u32) {
      written[index] = index;
      y[index] = written[63u - index];
    }`;
  const pipeline = gpu.createComputePipeline({ layout: "auto", compute: { module: gpu.createShaderModule({ code, label: "race" }) } });
  const buffer = gpu.createBuffer({ size: 256, usage: GPUBufferUsage.STORAGE });
  const entries = [{ binding: 0, resource: { buffer } }];
  const encoder = gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, gpu.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(1);
  pass.end();
  gpu.queue.submit([encoder.finish()]);
  await gpu.queue.onSubmittedWorkDone();
}
