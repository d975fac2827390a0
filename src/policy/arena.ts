import { createBuffer, destroyBuffer, type HostArray, readBuffers, uploadBuffer } from "../gpu/buffer.ts";
import type { Device } from "../gpu/device.ts";
import { type DType, externalTensor, type Tensor } from "../graph/tensor.ts";

/** Tensors in buffers of their own, which are freed together. */
export interface Arena {
  make(label: string, shape: readonly number[], dtype: DType): Tensor;
  write(tensor: Tensor, data: HostArray): void;
  /** The first elements of a tensor. */
  read(tensor: Tensor, elements: number): Promise<ArrayBuffer>;
  destroy(): void;
}

export function createArena(device: Device): Arena {
  const buffers: GPUBuffer[] = [];
  return {
    make: (label, shape, dtype) => {
      const size = shape.reduce((a, b) => a * b, 4);
      const buffer = createBuffer(device, label, size);
      buffers.push(buffer);
      return externalTensor(label, { buffer, offset: 0, size: Math.max(4, size) }, shape, dtype);
    },
    write: (tensor, data) => uploadBuffer(device, tensor.storage.window!, data),
    read: async (tensor, elements) => (await readBuffers(device, [{ ...tensor.storage.window!, size: elements * 4 }]))[0]!,
    destroy: () => {
      for (const buffer of buffers) destroyBuffer(device, buffer);
    },
  };
}
