import { createBuffer, destroyBuffer } from "./buffer.ts";
import type { GpuContext, Launch, Recording, Run } from "./context.ts";
import { EngineError } from "./errors.ts";
import { packParameters } from "./kernel.ts";
import { assertUsable } from "./ownership.ts";
import { openSlices } from "./slices.ts";
import { submitCommands } from "./submit.ts";

/** A flat list of dispatches whose bind groups exist. */
export interface LaunchList {
  readonly launches: readonly Launch[];
  /** Appends all dispatches. The numbers in a `run` object are read once: give a new object for new numbers. */
  encode(recording: Recording, run: Run): void;
  /** Encodes everything and submits it. */
  submit(run: Run): void;
  destroy(): void;
}

/** Bytes per dispatch in a uniform buffer of parameters: the strictest dynamic offset alignment that WebGPU allows. */
const UNIFORM_STRIDE = 256;

type Grid = readonly [x: number, y: number, z: number];

interface Prepared {
  readonly launch: Launch;
  readonly bindGroup: GPUBindGroup;
  readonly block: DataView;
  /** What the launch counts as where its operations are not known. */
  readonly memoryOperations: number;
  /** Workgroups of the last run, folded, and how much work they are. */
  grid: Grid;
  operations: number;
}

export function createLaunchList(device: GpuContext, label: string, launches: readonly Launch[]): LaunchList {
  const bindGroups = new Map<string, GPUBindGroup>();
  const ids = new Map<GPUBuffer, number>();
  // Read once, because every reading is a call into Dawn.
  const limit = device.limits.maxComputeWorkgroupsPerDimension;
  const prepared = launches.map((launch): Prepared => {
    const block = new DataView(new ArrayBuffer(Math.max(4, launch.kernel.parameterBytes)));
    const bindGroup = bindGroupOf(device, launch, bindGroups, ids);
    const memoryOperations = OPERATIONS_PER_BYTE * launch.windows.reduce((sum, { size }) => sum + size, 0);
    const item: Prepared = { launch, bindGroup, block, memoryOperations, grid: [0, 0, 0], operations: 0 };
    if (launch.reads.length === 0) update(device, limit, item, {});
    return item;
  });
  const dynamic = prepared.filter(({ launch }) => launch.reads.length > 0);
  const buffers = new Set(launches.flatMap(({ windows }) => windows.map(({ buffer }) => buffer)));
  const uniforms = device.immediates ? undefined : createUniformRing(device, label, prepared);

  let lastRun: Run | undefined;
  let isDestroyed = false;
  const encode = (recording: Recording, run: Run): void => {
    if (isDestroyed) throw new EngineError(`${label} was destroyed; build it again`);
    for (const buffer of buffers) assertUsable(device, buffer, buffer.label, label);
    const before = lastRun;
    // A run that fails half way leaves launches of two runs behind.
    lastRun = undefined;
    for (const item of dynamic) if (differs(item.launch.reads, before, run)) update(device, limit, item, run);
    lastRun = run;
    const offsets = uniforms?.write();
    let pass: GPUComputePassEncoder | undefined;
    let pipeline: GPUComputePipeline | undefined;
    for (let index = 0; index < prepared.length; index += 1) {
      const { launch, bindGroup, block, grid, operations } = prepared[index]!;
      const x = grid[0];
      const y = grid[1];
      const z = grid[2];
      if (x * y * z === 0) continue;
      const { kernel } = launch;
      const target = recording.begin(launch, run, operations);
      if (target !== pass || kernel.pipeline !== pipeline) target.setPipeline(kernel.pipeline);
      pass = target;
      pipeline = kernel.pipeline;
      target.setBindGroup(0, bindGroup);
      if (kernel.parameterLayout) target.setBindGroup(1, offsets!.bindGroup, [index * UNIFORM_STRIDE]);
      else if (kernel.parameterBytes > 0) target.setImmediates(0, block.buffer as ArrayBuffer);
      target.dispatchWorkgroups(x, y, z);
      recording.end();
      device.stats.dispatches += 1;
    }
  };
  return {
    launches,
    encode,
    submit: (run) => submitPass(device, label, (recording) => encode(recording, run)),
    destroy: () => {
      isDestroyed = true;
      uniforms?.destroy();
    },
  };
}

/** Encodes dispatches and submits them in slices. Several plans may encode, each several times. */
export function submitPass(
  device: GpuContext,
  label: string,
  encode: (recording: Recording) => void,
  copies?: (encoder: GPUCommandEncoder) => void,
): void {
  device.assertHealthy();
  if (device.observer) {
    device.observer.submit({ label, encode, copies });
    return;
  }
  const slices = openSlices(device, label);
  encode(slices);
  slices.finish(copies);
}

/** Ends a submission that has one encoder, filled by the caller. Resolves with the milliseconds that it took. */
export function submitEncoder(
  device: GpuContext,
  label: string,
  encoder: GPUCommandEncoder,
  copies?: (encoder: GPUCommandEncoder) => void,
): Promise<number> {
  const milliseconds = submitCommands(device, label, encoder, copies);
  for (const reset of device.afterSubmit) reset();
  return milliseconds;
}

/** Whether one of the numbers is another one than in the run before. Most are the same, and packing parameters is half of encoding. */
function differs(names: readonly string[], before: Run | undefined, run: Run): boolean {
  if (run === before) return false;
  return before === undefined || names.some((name) => !Object.is(run[name], before[name]));
}

function update(device: GpuContext, limit: number, item: Prepared, run: Run): void {
  const { launch } = item;
  packParameters(launch.kernel, launch.parameters(run), item.block, 0);
  item.grid = fold(device, limit, launch, launch.workgroups(run));
  item.operations = launch.operations?.(run) ?? item.memoryOperations;
}

/** Other work than products is bound by memory. A GPU does about as many operations while it reads or writes a byte. */
const OPERATIONS_PER_BYTE = 16;

/** A linear grid longer than the device allows in one dimension becomes two-dimensional; shaders/lib/grid.wgsl undoes this. */
function fold(device: GpuContext, limit: number, launch: Launch, workgroups: readonly number[]): Grid {
  const x = workgroups[0] ?? 0;
  const y = workgroups[1] ?? 1;
  const z = workgroups[2] ?? 1;
  if (workgroups.length === 1 && x > limit) return [limit, Math.ceil(x / limit), 1];
  if (x > limit || y > limit || z > limit) {
    throw new EngineError(`${launch.label}: a grid of ${workgroups.join(" x ")} workgroups exceeds ${limit} a dimension on ${device.name}`);
  }
  return [x, y, z];
}

function bindGroupOf(device: GpuContext, launch: Launch, known: Map<string, GPUBindGroup>, ids: Map<GPUBuffer, number>): GPUBindGroup {
  const { kernel, windows } = launch;
  assertUsable(device, kernel, `kernel ${kernel.id}`, launch.label);
  for (const { buffer } of windows) assertUsable(device, buffer, buffer.label, launch.label);
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
