import { type HostArray, type Reader } from "../gpu/buffer.js";
import type { BufferWindow } from "../gpu/context.js";
import type { Device } from "../gpu/device.js";
import { type DType, type Tensor } from "../graph/tensor.js";
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
export declare function createArena(device: Device): Arena;
/** Where tensors with memory of their own lie, by the same names. */
export declare function windowsOf<Name extends string>(tensors: Readonly<Record<Name, Tensor>>): Record<Name, BufferWindow>;
