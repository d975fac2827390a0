/// <reference types="@webgpu/types" />
import type { BufferWindow } from "../gpu/context.js";
import { type Dimension } from "./scalar.js";
/** The type of a tensor's elements. */
export type DType = "f32" | "u32" | "i32";
/**
 * Memory that tensors live in. A plan gives `slot` storage a buffer by liveness. `input` storage is uploaded before a run
 * and belongs to its plan alone. `external` storage (parameters, optimiser state, caches) exists before the plan.
 */
export interface Storage {
    readonly kind: "slot" | "input" | "external";
    readonly label: string;
    readonly bytes: number;
    readonly window?: BufferWindow;
    /** True for statistics that an exponential is taken of. They are never stored in 16 bits (graph/half). */
    readonly isExact?: boolean | undefined;
}
/** The shape and type an operation's result will have. */
export interface TensorSpec {
    readonly shape: readonly Dimension[];
    readonly dtype?: DType;
    readonly isExact?: boolean;
}
/**
 * A symbolic tensor: a shape, a type and the memory it will have; no data. Several tensors may share storage (views,
 * in-place results). Rows of `shape` lie end to end, last dimension fastest.
 */
export declare class Tensor {
    readonly shape: readonly Dimension[];
    readonly dtype: DType;
    readonly storage: Storage;
    /** Bytes from the beginning of the storage; a multiple of 256. */
    readonly offset: number;
    readonly label: string;
    constructor(options: {
        shape: readonly Dimension[];
        dtype?: DType;
        storage: Storage;
        offset?: number;
        label?: string;
    });
    /** Bytes where every dynamic size is at its capacity. */
    get bytes(): number;
    /** The static size of dimension `index`; negative counts from the end. */
    size(index: number): number;
    toString(): string;
}
export declare function elementsAtCapacity(shape: readonly Dimension[]): number;
export declare function describeShape(shape: readonly Dimension[]): string;
/** A tensor over memory that already exists on the GPU. */
export declare function externalTensor(label: string, window: BufferWindow, shape: readonly Dimension[], dtype?: DType): Tensor;
/** Another shape over the same memory. */
export declare function reshape(tensor: Tensor, shape: readonly Dimension[]): Tensor;
/**
 * Rows `begin` to `begin + rows` of a tensor, over the same memory.
 * The size of `begin` rows must be a multiple of 256 bytes, as that of 64 rows always is.
 */
export declare function rowsOf(tensor: Tensor, begin: number, rows: Dimension): Tensor;
