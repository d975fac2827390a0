import { type HalfType, widenFrom16 } from "../half_float.ts";
import { createRandom } from "../random.ts";
import { createBuffer, destroyBuffer, type HostArray } from "./buffer.ts";
import type { BufferWindow, GpuContext } from "./context.ts";
import { EngineError } from "./errors.ts";

/** A tensor of a trial. Tensors with the same storage share a buffer. */
export interface TrialTensor {
  readonly storage: object;
  readonly bytes: number;
  /** u32: words that hold two 16-bit floats each, as with f16. Default: f32. */
  readonly dtype?: "f32" | "u32" | "i32" | HalfType;
  /** What it holds at first, where random numbers do not suit it. */
  readonly contents?: ((elements: number) => HostArray) | undefined;
}

/** The buffers of a trial's tensors. */
export interface TrialMemory {
  readonly windowOf: (tensor: TrialTensor) => BufferWindow;
  /** Writes the same numbers each time, to these buffers or to all. */
  readonly fill: (only?: ReadonlySet<GPUBuffer>) => void;
  /** What `fill` writes, as floats. */
  readonly filledWith: (tensor: TrialTensor) => Float32Array;
  readonly destroy: () => void;
}

/** The GPU has no memory for a trial. The trial then tells nothing, and the device stays as it is. */
export class TrialMemoryError extends EngineError {
  override readonly name = "TrialMemoryError";
}

/** Out of memory is an answer here, where anywhere else it fails the device. @throws TrialMemoryError */
export async function allocateOrRefuse(device: GpuContext, tensors: readonly TrialTensor[]): Promise<TrialMemory> {
  device.gpu.pushErrorScope("out-of-memory");
  let memory: TrialMemory | undefined;
  try {
    memory = allocate(device, tensors);
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

/** A tensor of each storage, the largest, in the order in which storages first appear. */
export function storagesOf(tensors: readonly TrialTensor[]): readonly TrialTensor[] {
  const largest = new Map<object, TrialTensor>();
  for (const tensor of tensors) {
    const known = largest.get(tensor.storage);
    if (!known || tensor.bytes > known.bytes) largest.set(tensor.storage, tensor);
  }
  return [...largest.values()];
}

function allocate(device: GpuContext, tensors: readonly TrialTensor[]): TrialMemory {
  const parts = new Map(
    storagesOf(tensors).map((tensor, i) => [tensor.storage, { tensor, seed: i + 1, buffer: createBuffer(device, "trial", tensor.bytes) }]),
  );
  return {
    windowOf: ({ storage, bytes }) => ({ buffer: parts.get(storage)!.buffer, offset: 0, size: Math.max(4, bytes) }),
    fill: (only) => {
      for (const { tensor, seed, buffer } of parts.values()) {
        if (!only || only.has(buffer)) device.gpu.queue.writeBuffer(buffer, 0, contentsOf(tensor, seed) as Float32Array<ArrayBuffer>);
      }
    },
    filledWith: (tensor) => {
      const contents = contentsOf(tensor, parts.get(tensor.storage)!.seed);
      if (tensor.contents) return Float32Array.from(contents);
      return contents instanceof Uint32Array
        ? widenFrom16(new Uint16Array(contents.buffer as ArrayBuffer), halfTypeOf(tensor))
        : (contents as Float32Array);
    },
    destroy: () => {
      for (const { buffer } of parts.values()) destroyBuffer(device, buffer);
    },
  };
}

function contentsOf({ bytes, dtype, contents }: TrialTensor, seed: number): HostArray {
  if (contents) return contents(bytes / 4);
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
