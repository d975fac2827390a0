import { createBuffer, destroyBuffer } from "./buffer.ts";
import type { GpuContext, Launch, Run } from "./context.ts";
import { EngineError } from "./errors.ts";
import { packParameters } from "./kernel.ts";

/** A flat list of dispatches whose bind groups exist. */
export interface LaunchList {
  readonly launches: readonly Launch[];
  /** Appends all dispatches. The numbers in a `run` object are read once: give a new object for new numbers. */
  encode(pass: GPUComputePassEncoder, run: Run): void;
  /** Encodes everything into one pass and submits it. */
  submit(run: Run): void;
  destroy(): void;
}

/** Bytes per dispatch in a uniform buffer of parameters: the strictest dynamic offset alignment that WebGPU allows. */
const UNIFORM_STRIDE = 256;

interface Prepared {
  readonly launch: Launch;
  readonly bindGroup: GPUBindGroup;
  readonly block: DataView;
  /** Workgroups of the last run, folded. */
  grid: readonly number[];
}

export function createLaunchList(device: GpuContext, label: string, launches: readonly Launch[]): LaunchList {
  const bindGroups = new Map<string, GPUBindGroup>();
  const ids = new Map<GPUBuffer, number>();
  const prepared = launches.map((launch): Prepared => {
    const block = new DataView(new ArrayBuffer(Math.max(4, launch.kernel.parameterBytes)));
    const item: Prepared = { launch, bindGroup: bindGroupOf(device, launch, bindGroups, ids), block, grid: [] };
    if (launch.isStatic) update(device, item, {});
    return item;
  });
  const uniforms = device.immediates ? undefined : createUniformRing(device, label, prepared);

  let lastRun: Run | undefined;
  const encode = (pass: GPUComputePassEncoder, run: Run): void => {
    const { observer } = device;
    // Decoding passes the same object in every step, and its parameters are packed already.
    if (run !== lastRun) for (const item of prepared) refresh(device, item, run);
    lastRun = run;
    const offsets = uniforms?.write();
    let pipeline: GPUComputePipeline | undefined;
    for (const [index, { launch, bindGroup, block, grid }] of prepared.entries()) {
      const [x = 1, y = 1, z = 1] = grid;
      if (x * y * z === 0) continue;
      const { kernel } = launch;
      const target = observer === undefined ? pass : observer.begin(launch, run);
      if (kernel.pipeline !== pipeline || observer) target.setPipeline(kernel.pipeline);
      pipeline = kernel.pipeline;
      target.setBindGroup(0, bindGroup);
      if (kernel.parameterLayout) target.setBindGroup(1, offsets!.bindGroup, [index * UNIFORM_STRIDE]);
      else if (kernel.parameterBytes > 0) target.setImmediates(0, block.buffer as ArrayBuffer);
      target.dispatchWorkgroups(x, y, z);
      observer?.end();
      device.stats.dispatches += 1;
    }
  };
  const submit = (run: Run): void => submitPass(device, label, (pass) => encode(pass, run));
  return { launches, encode, submit, destroy: () => uniforms?.destroy() };
}

/** Encodes one compute pass and submits it. Several plans may encode into the pass, each several times. */
export function submitPass(
  device: GpuContext,
  label: string,
  encode: (pass: GPUComputePassEncoder) => void,
  copies?: (encoder: GPUCommandEncoder) => void,
): void {
  device.assertHealthy();
  if (device.observer) {
    device.observer.submit({ label, encode, copies });
    return;
  }
  const encoder = device.gpu.createCommandEncoder({ label });
  const pass = encoder.beginComputePass({ label });
  encode(pass);
  pass.end();
  submitEncoder(device, encoder, copies);
}

/** Ends a submission, for submitPass and for the observers that take its place. */
export function submitEncoder(device: GpuContext, encoder: GPUCommandEncoder, copies?: (encoder: GPUCommandEncoder) => void): void {
  copies?.(encoder);
  device.gpu.queue.submit([encoder.finish()]);
  device.stats.submits += 1;
  for (const reset of device.afterSubmit) reset();
}

function refresh(device: GpuContext, item: Prepared, run: Run): void {
  if (!item.launch.isStatic) update(device, item, run);
}

function update(device: GpuContext, item: Prepared, run: Run): void {
  packParameters(item.launch.kernel, item.launch.parameters(run), item.block, 0);
  item.grid = fold(device, item.launch, item.launch.workgroups(run));
}

/** A linear grid longer than the device allows in one dimension becomes two-dimensional; shaders/lib/grid.wgsl undoes this. */
function fold(device: GpuContext, launch: Launch, workgroups: readonly number[]): readonly number[] {
  const limit = device.limits.maxComputeWorkgroupsPerDimension;
  const [count = 0] = workgroups;
  if (workgroups.length === 1 && count > limit) return [limit, Math.ceil(count / limit), 1];
  if (workgroups.some((size) => size > limit)) {
    throw new EngineError(`${launch.label}: a grid of ${workgroups.join(" x ")} workgroups exceeds ${limit} a dimension on ${device.name}`);
  }
  return workgroups;
}

function bindGroupOf(device: GpuContext, launch: Launch, known: Map<string, GPUBindGroup>, ids: Map<GPUBuffer, number>): GPUBindGroup {
  const { kernel, windows } = launch;
  const key = [
    kernel.bindings.map((binding) => binding.access).join(),
    ...windows.map(({ buffer, offset, size }) => {
      if (!ids.has(buffer)) ids.set(buffer, ids.size);
      return `${ids.get(buffer)}:${offset}:${size}`;
    }),
  ].join("|");
  const same = known.get(key);
  if (same) return same;
  const bindGroup = device.gpu.createBindGroup({
    label: `${kernel.id} ${launch.label}`,
    layout: kernel.bindGroupLayout,
    entries: windows.map((window, binding) => ({ binding, resource: { buffer: window.buffer, offset: window.offset, size: window.size } })),
  });
  device.stats.bindGroups += 1;
  known.set(key, bindGroup);
  return bindGroup;
}

/** The uniform buffers that carry parameters where the adapter has no immediates. */
interface UniformRing {
  /** Copies all parameters to the ring's next buffer. A submission that encodes the list n times uses n buffers. */
  write(): { readonly bindGroup: GPUBindGroup };
  destroy(): void;
}

function createUniformRing(device: GpuContext, label: string, prepared: readonly Prepared[]): UniformRing | undefined {
  const layout = prepared.find((item) => item.launch.kernel.parameterLayout)?.launch.kernel.parameterLayout;
  if (!layout) return undefined;
  const bytes = new Uint8Array(prepared.length * UNIFORM_STRIDE);
  const ring: { buffer: GPUBuffer; bindGroup: GPUBindGroup }[] = [];
  let next = 0;
  const reset = (): void => {
    next = 0;
  };
  device.afterSubmit.add(reset);
  const grow = (): { buffer: GPUBuffer; bindGroup: GPUBindGroup } => {
    const buffer = createBuffer(device, `${label} parameters`, bytes.byteLength, GPUBufferUsage.UNIFORM);
    const entries = [{ binding: 0, resource: { buffer, size: 64 } }];
    device.stats.bindGroups += 1;
    const entry = { buffer, bindGroup: device.gpu.createBindGroup({ label: `${label} parameters`, layout, entries }) };
    ring.push(entry);
    return entry;
  };
  return {
    write() {
      prepared.forEach(({ block }, i) => {
        bytes.set(new Uint8Array(block.buffer), i * UNIFORM_STRIDE);
      });
      const entry = ring[next] ?? grow();
      next += 1;
      device.gpu.queue.writeBuffer(entry.buffer, 0, bytes);
      return entry;
    },
    destroy() {
      device.afterSubmit.delete(reset);
      for (const { buffer } of ring) destroyBuffer(device, buffer);
    },
  };
}
