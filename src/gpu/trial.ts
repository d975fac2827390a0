import { type HalfType, widenFrom16 } from "../half_float.ts";
import { createRandom } from "../random.ts";
import { createBuffer, destroyBuffer, readBuffers } from "./buffer.ts";
import type { BufferWindow, GpuContext } from "./context.ts";
import { EngineError } from "./errors.ts";
import type { KernelSource, KernelVariant } from "./kernel.ts";
import { createLaunchList, type LaunchList, submitPass } from "./launch.ts";
import { relativeError } from "./relative_error.ts";

/** A tensor of a trial. Tensors with the same storage share a buffer. */
export interface TrialTensor {
  readonly storage: object;
  readonly bytes: number;
  /** u32: words that hold two 16-bit floats each, as with f16. Default: f32. */
  readonly dtype?: "f32" | "u32" | "i32" | HalfType;
}

/** One dispatch of a trial. All its numbers are known. */
export interface TrialLaunch {
  readonly kernel: KernelSource;
  readonly variant?: KernelVariant | undefined;
  readonly bindings: Readonly<Record<string, TrialTensor>>;
  readonly parameters: Readonly<Record<string, number>>;
  readonly workgroups: readonly number[];
}

/** Kernels that are run on random numbers, to see whether they are right and how long they take. */
export interface Trial {
  readonly launches: readonly TrialLaunch[];
  readonly output: TrialTensor;
  /** What the whole output must hold: a function of what every tensor held before, or other kernels that compute it. */
  readonly expected: ((before: (tensor: TrialTensor) => Float32Array) => ArrayLike<number>) | readonly TrialLaunch[];
  /** Allowed max|x - y| / max|y|. */
  readonly tolerance: number;
}

/** An open trial: its buffers exist. */
export interface OpenTrial {
  /** Runs the kernels once and returns what is wrong with the output; undefined where nothing is. */
  check(): Promise<string | undefined>;
  /** Median milliseconds of one run of all launches. */
  measure(budgetMs: number): Promise<number>;
  destroy(): void;
}

/** The GPU has no memory for a trial. The trial then tells nothing, and the device stays as it is. */
export class TrialMemoryError extends EngineError {
  override readonly name = "TrialMemoryError";
}

/** Makes a trial's buffers and compiles its kernels. @throws TrialMemoryError when the GPU has too little memory left */
export async function openTrial(device: GpuContext, trial: Trial): Promise<OpenTrial> {
  const reference = typeof trial.expected === "function" ? [] : trial.expected;
  const memory = await allocateOrRefuse(device, [...trial.launches, ...reference]);
  const lists: LaunchList[] = [];
  try {
    for (const launches of [trial.launches, reference]) lists.push(await listOf(device, launches, memory.windowOf));
  } catch (error) {
    memory.destroy();
    throw error;
  }
  const [list, referenceList] = lists as [LaunchList, LaunchList];

  const resultOf = async (by: LaunchList): Promise<Float32Array> => {
    memory.fill();
    submitUnobserved(device, by, 1);
    const [bytes] = await readBuffers(device, [memory.windowOf(trial.output)]);
    return new Float32Array(bytes!);
  };
  return {
    check: async () => {
      const actual = await resultOf(list);
      const expected = typeof trial.expected === "function" ? trial.expected(memory.filledWith) : await resultOf(referenceList);
      const error = relativeError(actual, expected);
      return error <= trial.tolerance ? undefined : `relative error ${error.toPrecision(2)}`;
    },
    measure: (budgetMs) => {
      memory.fill();
      return medianTime(device, list, budgetMs);
    },
    destroy: () => {
      for (const each of lists) each.destroy();
      memory.destroy();
    },
  };
}

/** The buffers of all tensors that the launches of a trial bind. */
interface TrialMemory {
  readonly windowOf: (tensor: TrialTensor) => BufferWindow;
  /** Writes the same random numbers each time. */
  readonly fill: () => void;
  /** What `fill` writes, as floats. */
  readonly filledWith: (tensor: TrialTensor) => Float32Array;
  readonly destroy: () => void;
}

/** Out of memory is an answer here, where anywhere else it fails the device. */
async function allocateOrRefuse(device: GpuContext, launches: readonly TrialLaunch[]): Promise<TrialMemory> {
  device.gpu.pushErrorScope("out-of-memory");
  let memory: TrialMemory | undefined;
  try {
    memory = allocate(device, launches);
  } finally {
    // The scope must be closed in any case, and the GPU answers for the buffers made inside it.
    const refusal = await device.flight.wait("the memory of a trial", device.gpu.popErrorScope());
    if (refusal) {
      memory?.destroy();
      memory = undefined;
    }
  }
  if (memory) return memory;
  throw new TrialMemoryError(`${device.name} has no memory left for a trial of kernels`);
}

function allocate(device: GpuContext, launches: readonly TrialLaunch[]): TrialMemory {
  const tensors = new Map<object, TrialTensor>();
  for (const tensor of launches.flatMap((launch) => Object.values(launch.bindings))) {
    if (!tensors.has(tensor.storage)) tensors.set(tensor.storage, tensor);
  }
  const parts = new Map(
    [...tensors].map(([storage, tensor], i) => [storage, { tensor, seed: i + 1, buffer: createBuffer(device, "trial", tensor.bytes) }]),
  );
  return {
    windowOf: ({ storage, bytes }) => ({ buffer: parts.get(storage)!.buffer, offset: 0, size: Math.max(4, bytes) }),
    fill: () => {
      for (const { tensor, seed, buffer } of parts.values()) device.gpu.queue.writeBuffer(buffer, 0, randomContents(tensor, seed));
    },
    filledWith: (tensor) => {
      const contents = randomContents(tensor, parts.get(tensor.storage)!.seed);
      return contents instanceof Uint32Array ? widenFrom16(new Uint16Array(contents.buffer), halfTypeOf(tensor)) : contents;
    },
    destroy: () => {
      for (const { buffer } of parts.values()) destroyBuffer(device, buffer);
    },
  };
}

async function listOf(
  device: GpuContext,
  launches: readonly TrialLaunch[],
  windowOf: (tensor: TrialTensor) => BufferWindow,
): Promise<LaunchList> {
  const kernels = await Promise.all(launches.map((launch) => device.kernel(launch.kernel, launch.variant)));
  return createLaunchList(
    device,
    "trial",
    launches.map(({ bindings, parameters, workgroups }, i) => ({
      label: "trial",
      kernel: kernels[i]!,
      windows: kernels[i]!.bindings.map(({ name }) => windowOf(bindings[name]!)),
      isStatic: true,
      parameters: () => kernels[i]!.parameters.map(({ name }) => parameters[name]!),
      workgroups: () => workgroups,
    })),
  );
}

/** Submits without the device's observer, because profiles and the search for NaN are about plans, not about trials. */
function submitUnobserved(device: GpuContext, list: LaunchList, repeats: number): void {
  const { observer } = device;
  device.observer = undefined;
  try {
    submitPass(device, "trial", (recording) => {
      for (let i = 0; i < repeats; i += 1) list.encode(recording, {});
    });
  } finally {
    device.observer = observer;
  }
}

/** Median milliseconds of a run over several submissions. Each holds several runs, so that submitting itself hardly counts. */
async function medianTime(device: GpuContext, list: LaunchList, budgetMs: number): Promise<number> {
  const timeOf = async (repeats: number): Promise<number> => {
    const start = performance.now();
    submitUnobserved(device, list, repeats);
    await device.flight.wait("a trial", device.gpu.queue.onSubmittedWorkDone());
    return (performance.now() - start) / repeats;
  };
  // Some drivers finish compiling at the first dispatch.
  await timeOf(1);
  const first = await timeOf(1);
  const samples = 5;
  const repeats = Math.max(1, Math.min(50, Math.floor(budgetMs / samples / first)));
  if (first > budgetMs) return first;
  const times: number[] = [];
  for (let i = 0; i < samples; i += 1) times.push(await timeOf(repeats));
  device.assertHealthy();
  return times.sort((a, b) => a - b)[Math.floor(samples / 2)]!;
}

function randomContents({ bytes, dtype }: TrialTensor, seed: number): Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> {
  const isFloat = dtype === undefined || dtype === "f32" || dtype === "i32";
  return isFloat ? randomValues(bytes / 4, seed) : randomHalves(bytes / 4, halfTypeOf({ dtype }), seed);
}

function halfTypeOf({ dtype }: Pick<TrialTensor, "dtype">): HalfType {
  return dtype === "bf16" ? "bf16" : "f16";
}

/** Words of two random 16-bit floats of either sign, with sizes from 2^-7 to 1. */
function randomHalves(words: number, type: HalfType, seed: number): Uint32Array<ArrayBuffer> {
  const { integer } = createRandom(seed);
  const half = (): number =>
    (integer(2) << 15) | (type === "f16" ? ((8 + integer(7)) << 10) | integer(1024) : ((120 + integer(7)) << 7) | integer(128));
  const pattern = Uint32Array.from({ length: Math.min(words, 16381) }, () => (half() << 16) | half());
  return Uint32Array.from({ length: words }, (_, i) => pattern[i % pattern.length]!);
}

/** Uniform values in [-1, 1). They repeat after a prime number of values, because long buffers need no more randomness. */
function randomValues(count: number, seed: number): Float32Array<ArrayBuffer> {
  const { uniform } = createRandom(seed);
  const pattern = Float32Array.from({ length: Math.min(count, 16381) }, () => 2 * uniform() - 1);
  const values = new Float32Array(count);
  for (let at = 0; at < count; at += pattern.length) values.set(pattern.subarray(0, Math.min(pattern.length, count - at)), at);
  return values;
}
