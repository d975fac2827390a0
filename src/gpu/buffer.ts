import type { BufferWindow, GpuContext } from "./context.ts";
import { EngineError } from "./errors.ts";
import { assertUsable, own, retire } from "./ownership.ts";
import { submitCommands } from "./submit.ts";

/** Numbers on the host that a buffer can hold. */
export type HostArray = Float32Array | Uint32Array | Int32Array;

/** Every window starts at a multiple of this: the strictest storage offset alignment WebGPU allows an adapter. */
export const ALIGNMENT = 256;

export function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** Creates zeroed storage that shaders read and write, and that the host copies to and from. */
export function createBuffer(device: GpuContext, label: string, bytes: number, extraUsage: GPUBufferUsageFlags = 0): GPUBuffer {
  device.assertHealthy();
  const size = Math.max(align(bytes), ALIGNMENT);
  const { maxBufferSize } = device.limits;
  if (size > maxBufferSize) {
    throw new EngineError(
      `${label} needs a buffer of ${size} bytes; ${device.name} allows ${maxBufferSize}. Use smaller batches or shards`,
    );
  }
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST | extraUsage;
  const buffer = own(device, device.gpu.createBuffer({ label, size, usage }));
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
    throw new EngineError(`${window.buffer.label}: ${data.byteLength} bytes do not fit its window of ${window.size}`);
  }
  if (data.byteLength === 0) return;
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

/** Copies windows into one staging buffer, in one submission; resolves with each window's bytes. */
export async function readBuffers(device: GpuContext, windows: readonly BufferWindow[]): Promise<ArrayBuffer[]> {
  const reader = createReader(device, Object.fromEntries(windows.entries()));
  try {
    const bytes = await reader.fetch();
    return windows.map((_, i) => bytes[i]!);
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
  const staging = device.gpu.createBuffer({
    label: "staging",
    size: total + device.stamps.bytes,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  device.stats.buffers += 1;
  let state: "free" | "reading" | "destroyed" = "free";
  // A buffer that is mapped or destroyed cannot be copied to, and Dawn would fail the device.
  const assertFree = (): void => {
    if (state === "destroyed") throw new EngineError("what is to be read back was destroyed; make it again");
    if (state === "reading") throw new EngineError("an earlier read back is still under way; await it before the next");
    for (const { window } of parts) assertUsable(device, window.buffer, window.buffer.label, "reading back");
  };
  let checkStamps: (slots: ArrayBuffer) => void = () => {};
  const copyTo = (encoder: GPUCommandEncoder): void => {
    for (const { window, begin, size } of parts) encoder.copyBufferToBuffer(window.buffer, window.offset, staging, begin, size);
    checkStamps = device.stamps.copyTo(encoder, staging, total);
  };
  const readAfter = async (submit: () => void): ReturnType<Reader<Name>["read"]> => {
    assertFree();
    state = "reading";
    try {
      if (device.observer) await device.observer.settled();
      submit();
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
      if (state === "reading") state = "free";
    }
  };
  return {
    encode: (encoder) => {
      assertFree();
      copyTo(encoder);
    },
    read: () => readAfter(() => {}),
    fetch: () => readAfter(() => submitCopies(device, copyTo)),
    destroy: () => {
      state = "destroyed";
      staging.destroy();
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
