import type { BufferWindow, GpuContext } from "./context.ts";
import { EngineError, MemoryError } from "./errors.ts";

/** Numbers on the host that a buffer can hold. */
export type HostArray = Float32Array | Uint32Array | Int32Array;

/** Every window starts at a multiple of this: the strictest storage offset alignment WebGPU allows an adapter. */
export const ALIGNMENT = 256;

export function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** Creates zeroed storage that shaders read and write, and that the host copies to and from. @throws MemoryError when it is too large */
export function createBuffer(device: GpuContext, label: string, bytes: number, extraUsage: GPUBufferUsageFlags = 0): GPUBuffer {
  const size = Math.max(align(bytes), ALIGNMENT);
  return countedBuffer(device, label, size, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST | extraUsage);
}

/** Creates buffers. Where one of them fails, those before it and the buffers `besides` are freed. */
export function createBuffers(
  device: GpuContext,
  sizes: readonly { readonly label: string; readonly bytes: number }[],
  besides: readonly GPUBuffer[] = [],
): GPUBuffer[] {
  const buffers: GPUBuffer[] = [];
  try {
    for (const { label, bytes } of sizes) buffers.push(createBuffer(device, label, bytes));
    return buffers;
  } catch (error) {
    for (const buffer of [...buffers, ...besides]) destroyBuffer(device, buffer);
    throw error;
  }
}

const SIZE_IN_LABEL = / of \d+ bytes$/;

function countedBuffer(device: GpuContext, label: string, size: number, usage: GPUBufferUsageFlags): GPUBuffer {
  const { maxBufferSize: limit } = device.limits;
  if (!(size <= limit)) {
    const fact = `${label} needs a buffer of ${size} bytes; ${device.name} allows ${limit}`;
    throw new MemoryError(`${fact}. Use smaller batches or shards`, { part: label, bytes: size, limit });
  }
  device.requireMappings(label, 1);
  // The label carries the size, because the driver's word for a lack of memory holds nothing but the label.
  const buffer = device.gpu.createBuffer({ label: `${label} of ${size} bytes`, size, usage });
  const { stats } = device;
  stats.buffers += 1;
  stats.bytesAllocated += size;
  stats.bytesPeak = Math.max(stats.bytesPeak, stats.bytesAllocated);
  return buffer;
}

/** Frees a buffer and takes its bytes off the device's count. */
export function destroyBuffer(device: GpuContext, buffer: GPUBuffer): void {
  device.stats.bytesAllocated -= buffer.size;
  buffer.destroy();
}

/**
 * Copies numbers from the host into a window of a buffer.
 * @throws EngineError when the numbers do not fit
 */
export function uploadBuffer(device: GpuContext, window: BufferWindow, data: HostArray): void {
  if (data.byteLength > window.size) {
    const [name] = window.buffer.label.split(SIZE_IN_LABEL);
    throw new EngineError(`${name}: ${data.byteLength} bytes do not fit its window of ${window.size}`);
  }
  if (data.byteLength === 0 || device.measuring) return;
  device.stats.bytesUploaded += data.byteLength;
  if (device.observer?.defer) {
    const copy = data.slice();
    device.observer.defer(() => device.gpu.queue.writeBuffer(window.buffer, window.offset, copy as Float32Array<ArrayBuffer>));
  } else {
    device.gpu.queue.writeBuffer(window.buffer, window.offset, data as Float32Array<ArrayBuffer>);
  }
}

/** The most bytes of a staging buffer. What is larger in all is read back a piece at a time. */
export const STAGING_BYTES = 64 << 20;

/** Copies windows to the host through a staging buffer of at most `stagingBytes`; resolves with each window's bytes. */
export async function readBuffers(
  device: GpuContext,
  windows: readonly BufferWindow[],
  stagingBytes = STAGING_BYTES,
): Promise<ArrayBuffer[]> {
  const results = windows.map(({ size }) => new ArrayBuffer(size));
  for (const pieces of piecesOf(windows, 4 * Math.floor(Math.min(stagingBytes, device.limits.maxBufferSize) / 4))) {
    const bytes = await readPieces(device, pieces);
    pieces.forEach(({ index, begin }, i) => {
      new Uint8Array(results[index]!, begin).set(new Uint8Array(bytes[i]!));
    });
  }
  return results;
}

/** A part of one of several windows: which one, and where the part begins in it. */
interface Piece extends BufferWindow {
  readonly index: number;
  readonly begin: number;
}

/** Cuts windows, in order, into lists of pieces that hold at most `most` bytes together. */
function piecesOf(windows: readonly BufferWindow[], most: number): Piece[][] {
  const lists: Piece[][] = [];
  let room = 0;
  windows.forEach(({ buffer, offset, size }, index) => {
    for (let begin = 0; begin < size; ) {
      if (room < 4) {
        lists.push([]);
        room = most;
      }
      const length = Math.min(size - begin, room);
      lists.at(-1)!.push({ buffer, offset: offset + begin, size: length, index, begin });
      begin += length;
      room -= Math.ceil(length / 4) * 4;
    }
  });
  return lists;
}

async function readPieces(device: GpuContext, pieces: readonly BufferWindow[]): Promise<ArrayBuffer[]> {
  const reader = createReader(device, Object.fromEntries(pieces.entries()));
  try {
    if (device.observer) await device.observer.settled();
    const encoder = device.gpu.createCommandEncoder({ label: "read back" });
    reader.encode(encoder);
    device.gpu.queue.submit([encoder.finish()]);
    device.stats.submits += 1;
    const bytes = await reader.read();
    return pieces.map((_, i) => bytes[i]!);
  } finally {
    reader.destroy();
  }
}

/** A staging buffer created once, for reading the same named windows after every run. */
export interface Reader<Name extends PropertyKey> {
  encode(encoder: GPUCommandEncoder): void;
  read(): Promise<Readonly<Record<Name, ArrayBuffer>>>;
  destroy(): void;
}

export function createReader<Name extends PropertyKey>(device: GpuContext, windows: Readonly<Record<Name, BufferWindow>>): Reader<Name> {
  let total = 0;
  const parts = (Object.entries(windows) as [Name, BufferWindow][]).map(([name, window]) => {
    const part = { name, window, begin: total, size: Math.ceil(window.size / 4) * 4 };
    total += part.size;
    return part;
  });
  const staging = countedBuffer(device, "staging", Math.max(total, 4), GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  return {
    encode(encoder) {
      for (const { window, begin, size } of parts) encoder.copyBufferToBuffer(window.buffer, window.offset, staging, begin, size);
    },
    async read() {
      if (device.observer) await device.observer.settled();
      await mapped(device, staging);
      const range = staging.getMappedRange();
      const copies = parts.map(({ name, window, begin }) => [name, range.slice(begin, begin + window.size)]);
      staging.unmap();
      device.stats.bytesRead += total;
      device.assertHealthy();
      return Object.fromEntries(copies) as Record<Name, ArrayBuffer>;
    },
    destroy: () => destroyBuffer(device, staging),
  };
}

/** Waits until the host can read a staging buffer. Where mapping fails, the device mostly knows why, and WebGPU's own error says nothing. */
async function mapped(device: GpuContext, staging: GPUBuffer): Promise<void> {
  try {
    await staging.mapAsync(GPUMapMode.READ);
  } catch (error) {
    device.assertHealthy();
    const { name } = error as Error;
    throw new EngineError(`${staging.size} bytes could not be read back from ${device.name} (${name}); the GPU may be out of memory`);
  }
}
