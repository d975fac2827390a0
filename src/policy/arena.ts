import { createBuffer, createReader, destroyBuffer, type HostArray, type Reader, readBuffers, uploadBuffer } from "../gpu/buffer.ts";
import type { BufferWindow } from "../gpu/context.ts";
import type { Device } from "../gpu/device.ts";
import { type DType, externalTensor, type Tensor } from "../graph/tensor.ts";

/** Tensors in buffers of their own, which are freed together. */
export interface Arena {
  make(label: string, shape: readonly number[], dtype: DType): Tensor;
  write(tensor: Tensor, data: HostArray): void;
  /** The first elements of a tensor. */
  read(tensor: Tensor, elements: number): Promise<ArrayBuffer>;
  /** Makes what reads the same tensors again and again, without creating anything. */
  reader<Name extends string>(tensors: Readonly<Record<Name, Tensor>>): Reader<Name>["fetch"];
  destroy(): void;
}

export function createArena(device: Device): Arena {
  const buffers: GPUBuffer[] = [];
  const readers: Pick<Reader<string>, "destroy">[] = [];
  return {
    make: (label, shape, dtype) => {
      const size = shape.reduce((a, b) => a * b, 4);
      const buffer = createBuffer(device, label, size);
      buffers.push(buffer);
      return externalTensor(label, { buffer, offset: 0, size: Math.max(4, size) }, shape, dtype);
    },
    write: (tensor, data) => uploadBuffer(device, tensor.storage.window!, data),
    read: async (tensor, elements) => (await readBuffers(device, [{ ...tensor.storage.window!, size: elements * 4 }]))[0]!,
    reader: (tensors) => {
      const reader = createReader(device, windowsOf(tensors));
      readers.push(reader);
      return reader.fetch;
    },
    destroy: () => {
      for (const reader of readers) reader.destroy();
      for (const buffer of buffers) destroyBuffer(device, buffer);
    },
  };
}

/** Where tensors with memory of their own lie, by the same names. */
export function windowsOf<Name extends string>(tensors: Readonly<Record<Name, Tensor>>): Record<Name, BufferWindow> {
  const windows = Object.entries<Tensor>(tensors).map(([name, tensor]) => [name, tensor.storage.window!]);
  return Object.fromEntries(windows) as Record<Name, BufferWindow>;
}
