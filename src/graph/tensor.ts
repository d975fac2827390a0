import type { BufferWindow } from "../gpu/context.ts";
import { capacityOf, type Dimension, describeScalar } from "./scalar.ts";

/** The type of a tensor's elements. Those of 16 bits lie two to a word, without gaps, and are only read. */
export type DType = "f32" | "u32" | "i32" | "f16" | "bf16";

/** Whether elements of this type take 16 bits. */
export function isHalf(dtype: DType): dtype is "f16" | "bf16" {
  return dtype === "f16" || dtype === "bf16";
}

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
export class Tensor {
  readonly shape: readonly Dimension[];
  readonly dtype: DType;
  readonly storage: Storage;
  /** Bytes from the beginning of the storage; a multiple of 256. */
  readonly offset: number;
  readonly label: string;

  constructor(options: { shape: readonly Dimension[]; dtype?: DType; storage: Storage; offset?: number; label?: string }) {
    this.shape = options.shape;
    this.dtype = options.dtype ?? "f32";
    this.storage = options.storage;
    this.offset = options.offset ?? 0;
    this.label = options.label ?? options.storage.label;
  }

  /** Bytes where every dynamic size is at its capacity. */
  get bytes(): number {
    return bytesOf(this);
  }

  /** The static size of dimension `index`; negative counts from the end. */
  size(index: number): number {
    const dimension = this.shape.at(index);
    if (typeof dimension !== "number") {
      throw new Error(`dimension ${index} of ${this.label} ${describeShape(this.shape)} is not static`);
    }
    return dimension;
  }

  toString(): string {
    return `${this.label} ${describeShape(this.shape)}`;
  }
}

export function elementsAtCapacity(shape: readonly Dimension[]): number {
  return shape.reduce<number>((total, dimension) => total * capacityOf(dimension), 1);
}

/** Bytes where every dynamic size is at its capacity. 16-bit elements fill up quads of words, because kernels may bind them as quads. */
export function bytesOf({ shape, dtype }: { readonly shape: readonly Dimension[]; readonly dtype: DType }): number {
  const elements = elementsAtCapacity(shape);
  return isHalf(dtype) ? 16 * Math.ceil(elements / 8) : 4 * elements;
}

export function describeShape(shape: readonly Dimension[]): string {
  return `[${shape.map(describeScalar).join(", ")}]`;
}

/** A tensor over memory that already exists on the GPU. */
export function externalTensor(label: string, window: BufferWindow, shape: readonly Dimension[], dtype: DType = "f32"): Tensor {
  return new Tensor({ shape, dtype, label, storage: { kind: "external", label, bytes: window.size, window } });
}

/** Another shape over the same memory. */
export function reshape(tensor: Tensor, shape: readonly Dimension[]): Tensor {
  return new Tensor({ shape, dtype: tensor.dtype, storage: tensor.storage, offset: tensor.offset, label: tensor.label });
}

/**
 * Rows `begin` to `begin + rows` of a tensor, over the same memory.
 * The size of `begin` rows must be a multiple of 256 bytes, as that of 64 rows always is.
 */
export function rowsOf(tensor: Tensor, begin: number, rows: Dimension): Tensor {
  const rowBytes = elementsAtCapacity(tensor.shape.slice(1)) * 4;
  const offset = tensor.offset + begin * rowBytes;
  if (offset % 256 !== 0) throw new Error(`rows of ${tensor} from ${begin} start at byte ${offset}, not a multiple of 256`);
  const label = begin === 0 ? tensor.label : `${tensor.label}[${begin}:]`;
  return new Tensor({ shape: [rows, ...tensor.shape.slice(1)], dtype: tensor.dtype, storage: tensor.storage, offset, label });
}
