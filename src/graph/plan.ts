import { createBuffers, destroyBuffer, type HostArray, readBuffers, uploadBuffer } from "../gpu/buffer.ts";
import type { BufferWindow, Launch, Recording } from "../gpu/context.ts";
import type { Device } from "../gpu/device.ts";
import { EngineError, MemoryError } from "../gpu/errors.ts";
import type { Kernel } from "../gpu/kernel.ts";
import { createLaunchList, type LaunchList } from "../gpu/launch.ts";
import { makeWith } from "../gpu/parts.ts";
import { fuseNodes } from "./fuse.ts";
import { checkAllGiven, checkArray, viewAs } from "./given.ts";
import { joinDispatches, type NodeDispatch } from "./join.ts";
import { capacityOf, evaluateScalar, type RunScalars, readsOf, type Scalar } from "./scalar.ts";
import { assignSlots, liveNodes } from "./slots.ts";
import type { Storage, Tensor } from "./tensor.ts";
import { type Node, type Trace, trace, workgroupsOf } from "./trace.ts";

export interface PlanOptions {
  readonly label?: string;
  /** Tensors whose values outlive the run, to be read back or bound by another plan. */
  readonly keep?: readonly Tensor[];
  /** Changes the nodes before memory is planned, as storeHalf does. */
  readonly rewrite?: ((nodes: readonly Node[]) => readonly Node[]) | undefined;
}

/** A traced computation with its memory, pipelines and bind groups. After the first run, further runs create nothing more. */
export interface Plan {
  readonly label: string;
  readonly nodes: readonly Node[];
  readonly launches: LaunchList;
  /** Uploads input tensors by name: as many numbers as a run reads. @throws EngineError for an unknown name, another type, or too many */
  upload(inputs: Readonly<Record<string, HostArray>>): void;
  /** Appends all dispatches to a submission (`submitPass`), which several plans can share. */
  encode(recording: Recording, scalars?: RunScalars): void;
  /** Uploads, encodes and submits. */
  run(options?: { readonly scalars?: RunScalars; readonly inputs?: Readonly<Record<string, HostArray>> }): void;
  /** Where a tensor of this plan lies on the GPU: kept tensors, inputs and external tensors. */
  windowOf(tensor: Tensor): BufferWindow;
  /** The values of kept tensors as the last run left them, with as many rows as the plan has capacity for. */
  read(tensors: readonly Tensor[]): Promise<HostArray[]>;
  /** Fills all memory of the plan but its inputs with NaN, so that a value nobody wrote is seen. */
  poison(): void;
  /** One line per dispatch: what runs, over which shapes. */
  describe(): string;
  destroy(): void;
}

/** Traces `build`, plans its memory and compiles its kernels. `build` may return more than `keep` and `rewrite`: see `result`. */
export async function buildPlan<Result extends Pick<PlanOptions, "keep" | "rewrite">>(
  device: Device,
  label: string,
  build: () => Result,
): Promise<Plan & { readonly result: Result }> {
  const traced = trace(build);
  const { keep = [], rewrite } = traced.result;
  const plan = await planTrace(device, traced.trace, { label, keep, rewrite });
  return Object.assign(plan, { result: traced.result });
}

/** Turns a trace into a plan: fusion, liveness, slots, buffers, pipelines, bind groups. */
export async function planTrace(device: Device, traced: Trace, options: PlanOptions = {}): Promise<Plan> {
  const { keep = [], label = "plan", rewrite = (nodes) => nodes } = options;
  const nodes = rewrite(fuseNodes(liveNodes(traced.nodes, keep), keep));
  const steps = await compile(device, nodes);
  for (const step of steps) {
    checkBindings(device, label, step);
    checkGrid(device, label, step);
  }
  device.requireMappings(`plan ${label}`, steps.length);
  const memory = allocate(device, label, { steps, keep, inputs: traced.inputs });
  const toLaunches = () => steps.map((step) => toLaunch(step, memory.windowOf));
  const launches = makeWith(memory, () => createLaunchList(device, label, toLaunches()));
  const upload: Plan["upload"] = (inputs) => {
    for (const [name, data] of Object.entries(inputs)) {
      const tensor = traced.inputs.get(name);
      if (!tensor) throw new EngineError(`plan ${label} has no input ${name}; it has: ${[...traced.inputs.keys()].join(", ") || "none"}`);
      checkArray(`plan ${label}`, tensor, data);
      if (memory.isBound(tensor.storage)) uploadBuffer(device, memory.windowOf(tensor), data);
    }
  };
  const describe = (): string => steps.map(describeStep).join("\n");
  if (device.debug >= 1) console.error(`plan ${label}: ${steps.length} dispatches of ${nodes.length} nodes, ${memory.describe()}`);
  if (device.debug >= 2) console.error(describe());
  if (device.debug >= 4) memory.poison();
  return {
    label,
    nodes,
    launches,
    upload,
    encode: (recording, scalars = {}) => launches.encode(recording, scalars),
    run: ({ scalars = {}, inputs = {} } = {}) => {
      upload(inputs);
      launches.submit(scalars);
    },
    windowOf: memory.windowOf,
    read: async (tensors) => {
      const bytes = await readBuffers(device, tensors.map(memory.windowOf));
      return tensors.map((tensor, i) => viewAs(tensor, bytes[i]!));
    },
    poison: () => memory.poison(),
    describe,
    destroy: () => {
      launches.destroy();
      memory.destroy();
    },
  };
}

/** A dispatch of a node with its kernel. */
interface Step extends NodeDispatch {
  readonly kernel: Kernel;
}

/** Chooses the kernels of all nodes and compiles them. The device may have to try kernels out first. */
async function compile(device: Device, nodes: readonly Node[]): Promise<Step[]> {
  await device.tuning.settle(nodes.flatMap((node) => node.tune?.(device) ?? []));
  const dispatches = joinDispatches(nodes.flatMap((node) => node.dispatches(device).map((dispatch) => ({ node, dispatch }))));
  const kernels = await Promise.all(dispatches.map(({ dispatch }) => device.kernel(dispatch.kernel, dispatch.variant)));
  return dispatches.map((step, i) => ({ ...step, kernel: kernels[i]! }));
}

/** @throws MemoryError for a tensor that is larger than the device can bind; Dawn would refuse the whole submission, and name nothing */
function checkBindings(device: Device, label: string, { node, dispatch }: Step): void {
  const limit = device.limits.maxStorageBufferBindingSize;
  for (const tensor of Object.values(dispatch.bindings)) {
    const bytes = Math.min(tensor.bytes, tensor.storage.bytes - tensor.offset);
    if (bytes <= limit) continue;
    const fact = `${label}: ${node.label} binds ${tensor.label}, ${bytes} bytes; ${device.name} binds at most ${limit}`;
    throw new MemoryError(`${fact}. Use smaller batches`, { part: `${label} slot (${tensor.label})`, bytes, limit });
  }
}

/** @throws EngineError for a grid that the device cannot run where a plan is as full as it may be, so that no run is the first to say so */
function checkGrid(device: Device, label: string, { node, dispatch }: Step): void {
  const limit = device.limits.maxComputeWorkgroupsPerDimension;
  const grid = workgroupsOf(dispatch).map(capacityOf);
  if (grid.length === 1 || grid.every((size) => size <= limit)) return;
  throw new EngineError(
    `${label}: ${node.label} takes a grid of ${grid.join(" x ")} workgroups; ${device.name} runs at most ${limit} a dimension. Use smaller batches`,
  );
}

interface Memory {
  readonly windowOf: (tensor: Tensor) => BufferWindow;
  readonly isBound: (storage: Storage) => boolean;
  readonly poison: () => void;
  readonly describe: () => string;
  readonly destroy: () => void;
}

/** A quiet NaN that is easy to recognise in a dump. */
export const POISON = 0x7fc0dead;

interface Contents {
  readonly steps: readonly Step[];
  readonly keep: readonly Tensor[];
  readonly inputs: ReadonlyMap<string, Tensor>;
}

function allocate(device: Device, label: string, contents: Contents): Memory {
  // A tensor that no kernel binds on this device, such as the scratch memory of another kernel family, gets no memory.
  const uses = contents.steps.map(({ dispatch }) => dispatch.bindings);
  const { slotOf, slotBytes } = assignSlots(uses, contents.keep);
  // A slot is named after a tensor that needs all of it, so that whoever lacks the memory learns what for.
  const names = new Map(
    [...slotOf].filter(([{ bytes }, slot]) => bytes === slotBytes[slot]).map(([storage, slot]) => [slot, storage.label]),
  );
  const wanted = [...contents.inputs.values()];
  const buffers = createBuffers(device, [
    ...slotBytes.map((bytes, i) => ({ label: `${label} slot ${i} (${names.get(i)})`, bytes })),
    ...wanted.map((tensor) => ({ label: `${label} ${tensor.label}`, bytes: tensor.bytes })),
  ]);
  const slots = buffers.slice(0, slotBytes.length);
  const inputs = new Map(wanted.map((tensor, i): [Storage, GPUBuffer] => [tensor.storage, buffers[slots.length + i]!]));

  const bufferOf = (storage: Storage): BufferWindow | undefined => {
    if (storage.window) return storage.window;
    const slot = slotOf.get(storage);
    const buffer = slot === undefined ? inputs.get(storage) : slots[slot];
    return buffer && { buffer, offset: 0, size: buffer.size };
  };
  return {
    isBound: (storage) => bufferOf(storage) !== undefined,
    windowOf: (tensor) => {
      const window = bufferOf(tensor.storage);
      if (!window) throw new EngineError(`${tensor} has no memory in plan ${label}: nothing computes it, or it was not kept`);
      const size = Math.max(4, Math.min(tensor.bytes, window.size - tensor.offset));
      return { buffer: window.buffer, offset: window.offset + tensor.offset, size };
    },
    poison: () => {
      for (const buffer of slots) {
        uploadBuffer(device, { buffer, offset: 0, size: buffer.size }, new Uint32Array(buffer.size / 4).fill(POISON));
      }
    },
    describe: () => {
      const bytes = slotBytes.reduce((a, b) => a + b, 0);
      return `${slots.length} slots of ${(bytes / 2 ** 20).toFixed(1)} MiB in all for ${slotOf.size} tensors`;
    },
    destroy: () => {
      for (const buffer of buffers) destroyBuffer(device, buffer);
    },
  };
}

function toLaunch({ node, dispatch, kernel }: Step, windowOf: (tensor: Tensor) => BufferWindow): Launch {
  const known = new Set(kernel.bindings.map((binding) => binding.name));
  for (const name of Object.keys(dispatch.bindings)) {
    if (!known.has(name))
      throw new EngineError(`${node.label}: kernel ${kernel.id} has no binding ${name}; it has ${[...known].join(", ")}`);
  }
  const windows = kernel.bindings.map((binding) => {
    const tensor = dispatch.bindings[binding.name];
    if (!tensor) throw new EngineError(`${node.label}: kernel ${kernel.id} needs ${binding.name} ${binding.shape}, which was not given`);
    return windowOf(tensor);
  });
  const parameters = kernel.parameters.map((parameter): Scalar => {
    const value = dispatch.parameters?.[parameter.name];
    if (value === undefined) throw new EngineError(`${node.label}: kernel ${kernel.id} needs parameter ${parameter.name}`);
    return value;
  });
  const workgroups = workgroupsOf(dispatch);
  const { operations, partly = [] } = dispatch;
  const tensors = kernel.bindings.map((binding) => dispatch.bindings[binding.name]!);
  return {
    label: node.label,
    scope: node.scope,
    kernel,
    windows,
    reads: readsOf([...parameters, ...workgroups, operations]),
    parameters: (run) => parameters.map((value) => evaluateScalar(value, run)),
    workgroups: (run) => workgroups.map((value) => evaluateScalar(value, run)),
    ...(operations === undefined ? {} : { operations: (run) => evaluateScalar(operations, run) }),
    contents: (binding, run) => {
      const { dtype, shape } = tensors[binding]!;
      const isPartial = partly.includes(kernel.bindings[binding]!.name);
      return { dtype, shape: shape.map((size) => evaluateScalar(size, run)), isPartial };
    },
  };
}

function describeStep({ node, dispatch, kernel }: Step): string {
  const bindings = kernel.bindings.map((binding) => {
    const arrow = binding.access === "read_write" ? "-> " : "";
    return `${arrow}${binding.name} ${dispatch.bindings[binding.name]!.shape.map((d) => (typeof d === "number" ? d : d.label)).join("x")}`;
  });
  return `${kernel.id.padEnd(32)} ${node.label}  (${bindings.join(", ")})`;
}

/**
 * Traces a function and runs it once. Returns the values of the tensors that the function returns; for tests and teaching.
 * @throws EngineError where an input is not given, or has another length or type than its tensor
 */
export async function evaluate(
  device: Device,
  build: () => readonly Tensor[],
  options: { readonly scalars?: RunScalars; readonly inputs?: Readonly<Record<string, HostArray>> } = {},
): Promise<HostArray[]> {
  const traced = trace(build);
  const plan = await planTrace(device, traced.trace, { label: "evaluate", keep: traced.result });
  try {
    checkAllGiven("evaluate", traced.trace.inputs, options);
    plan.run(options);
    return await plan.read(traced.result);
  } finally {
    plan.destroy();
  }
}
