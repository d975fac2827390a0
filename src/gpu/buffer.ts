import type { BufferWindow, GpuContext } from "./context.ts";
import { EngineError, MemoryError } from "./errors.ts";
import { assertUsable, nameOf, own, retire } from "./ownership.ts";
import { submitCommands } from "./submit.ts";

/** Numbers on the host that a buffer can hold. */
export type HostArray = Float32Array | Uint32Array | Int32Array;

/** Every window starts at a multiple of this: the strictest storage offset alignment WebGPU allows an adapter. */
export const ALIGNMENT = 256;

export function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** Creates zeroed storage that shaders read and write, and that the host copies to and from. @throws MemoryError when it is too large */
export function createBuffer(device: GpuContext, label: string, bytes: number, extraUsage: GPUBufferUsageFlags = 0): GPUBuffer {
  device.assertHealthy();
  const size = Math.max(align(bytes), ALIGNMENT);
  return countedBuffer(device, label, size, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST | extraUsage);
}

function countedBuffer(device: GpuContext, label: string, size: number, usage: GPUBufferUsageFlags): GPUBuffer {
  const { maxBufferSize: limit } = device.limits;
  if (!(size <= limit)) {
    const fact = `${label} needs a buffer of ${size} bytes; ${device.name} allows ${limit}`;
    throw new MemoryError(`${fact}. Use smaller batches or shards`, { part: label, bytes: size, limit });
  }
  device.requireMappings(label, 1);
  // The label carries the size, because the driver's word for a lack of memory holds nothing but the label.
  const buffer = own(device, device.gpu.createBuffer({ label: `${label} of ${size} bytes`, size, usage }));
  const { stats } = device;
  stats.buffers += 1;
  stats.bytesAllocated += size;
  stats.bytesPeak = Math.max(stats.bytesPeak, stats.bytesAllocated);
  return buffer;
}

/** Creates several buffers, or none where one is refused. */
export function createBuffers(device: GpuContext, wanted: readonly { readonly label: string; readonly bytes: number }[]): GPUBuffer[] {
  const created: GPUBuffer[] = [];
  try {
    for (const { label, bytes } of wanted) created.push(createBuffer(device, label, bytes));
    return created;
  } catch (error) {
    for (const buffer of created) destroyBuffer(device, buffer);
    throw error;
  }
}

/** Frees a buffer and takes its bytes off the device's count. */
export function destroyBuffer(device: GpuContext, buffer: GPUBuffer): void {
  device.stats.bytesAllocated -= buffer.size;
  retire(buffer);
  buffer.destroy();
}

/**
 * Copies numbers from the host into a window of a buffer.
 * @throws EngineError when the numbers do not fit
 */
export function uploadBuffer(device: GpuContext, window: BufferWindow, data: HostArray): void {
  if (data.byteLength > window.size) {
    throw new EngineError(`${nameOf(window.buffer.label)}: ${data.byteLength} bytes do not fit its window of ${window.size}`);
  }
  if (data.byteLength === 0 || device.measuring) return;
  device.assertHealthy();
  assertUsable(device, window.buffer, window.buffer.label, "an upload");
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
  for (const pieces of piecesOf(windows, 4 * Math.floor(Math.min(stagingBytes, device.limits.maxBufferSize - device.stamps.bytes) / 4))) {
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
    const bytes = await reader.fetch();
    return pieces.map((_, i) => bytes[i]!);
  } finally {
    reader.destroy();
  }
}

/** A staging buffer created once, for reading the same named windows after every run. One reading at a time. */
export interface Reader<Name extends PropertyKey> {
  /** Appends the copies to a submission, behind which `read` waits for them. */
  encode(encoder: GPUCommandEncoder): void;
  read(): Promise<Readonly<Record<Name, ArrayBuffer>>>;
  /** Reads by a submission of its own. */
  fetch(): Promise<Readonly<Record<Name, ArrayBuffer>>>;
  destroy(): void;
}

export function createReader<Name extends PropertyKey>(device: GpuContext, windows: Readonly<Record<Name, BufferWindow>>): Reader<Name> {
  const { parts, total } = stagedParts(windows);
  const size = total + device.stamps.bytes;
  const staging = countedBuffer(device, "staging", size, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  let state: "free" | "pending" | "mapped" | "destroyed" = "free";
  const assertExists = (): void => {
    if (state === "destroyed") throw new EngineError("what is to be read back was destroyed; make it again");
  };
  const assertUnless = (...refused: readonly (typeof state)[]): void => {
    assertExists();
    if (refused.includes(state)) throw new EngineError("an earlier read back is still under way; await it before the next");
    for (const { window } of parts) assertUsable(device, window.buffer, window.buffer.label, "reading back");
  };
  let checkStamps: (slots: ArrayBuffer) => void = () => {};
  const copyTo = (encoder: GPUCommandEncoder): void => {
    for (const { window, begin, size } of parts) encoder.copyBufferToBuffer(window.buffer, window.offset, staging, begin, size);
    checkStamps = device.stamps.copyTo(encoder, staging, total);
  };
  const readAfter = async (submit: () => void): ReturnType<Reader<Name>["read"]> => {
    assertUnless("pending", "mapped");
    state = "pending";
    try {
      if (device.observer) await device.observer.settled();
      assertExists();
      submit();
      state = "mapped";
      await device.flight.wait("a read back", staging.mapAsync(GPUMapMode.READ));
      const mapped = staging.getMappedRange();
      const copies = parts.map(({ name, window, begin }) => [name, mapped.slice(begin, begin + window.size)]);
      const slots = mapped.slice(total);
      staging.unmap();
      checkStamps(slots);
      device.stats.bytesRead += total;
      device.assertHealthy();
      return Object.fromEntries(copies) as Record<Name, ArrayBuffer>;
    } finally {
      if (state === "pending" || state === "mapped") state = "free";
    }
  };
  return {
    encode: (encoder) => {
      // A buffer that is mapped or destroyed cannot be copied to, and Dawn would fail the device. While a reading is pending, an observer
      // encodes what was submitted before it.
      assertUnless("mapped");
      copyTo(encoder);
    },
    read: () => readAfter(() => {}),
    fetch: () => readAfter(() => submitCopies(device, copyTo)),
    destroy: () => {
      if (state !== "destroyed") destroyBuffer(device, staging);
      state = "destroyed";
    },
  };
}

function submitCopies(device: GpuContext, copyTo: (encoder: GPUCommandEncoder) => void): void {
  device.assertHealthy();
  void submitCommands(device, "read back", device.gpu.createCommandEncoder({ label: "read back" }), copyTo);
}

/** Where each window's copy begins in a staging buffer, and the bytes of all. */
function stagedParts<Name extends PropertyKey>(windows: Readonly<Record<Name, BufferWindow>>) {
  let total = 0;
  const parts = (Object.entries(windows) as [Name, BufferWindow][]).map(([name, window]) => {
    const part = { name, window, begin: total, size: Math.ceil(window.size / 4) * 4 };
    total += part.size;
    return part;
  });
  return { parts, total };
}
