import type { KernelVariant } from "../gpu/link.ts";
import { ceilDivide, product, type Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DeviceTraits } from "../graph/trace.ts";

/** How the columns of packed qkv [N, (H + 2K) D] are cut: H query heads, then K key heads, then K value heads, of D each. */
export interface HeadLayout {
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headDim: number;
}

/** Columns of packed qkv. */
export function packedWidth({ heads, keyValueHeads, headDim }: HeadLayout): number {
  return (heads + 2 * keyValueHeads) * headDim;
}

/** Whether qkv has the columns of a layout, and the query heads can be shared out evenly among the key-value heads. */
export function isPacked(qkv: Tensor, layout: HeadLayout): boolean {
  return qkv.shape.length === 2 && qkv.size(1) === packedWidth(layout) && layout.heads % layout.keyValueHeads === 0;
}

/** What an op on packed qkv needs, in words for its error. */
export function describePacked({ heads, keyValueHeads, headDim }: HeadLayout): string {
  const columns = packedWidth({ heads, keyValueHeads, headDim });
  return `qkv [N, ${columns}]: ${heads} query heads, a multiple of the ${keyValueHeads} key-value heads, of ${headDim} each`;
}

/** The part of a kernel's variant that an op chooses. */
export type Variant = Required<Pick<KernelVariant, "constants" | "conditions">>;

/** The variant of kernels of attention where a row attends to the last `window` tokens of its sequence, or to all. */
export function windowVariant(window: number | undefined): Variant {
  return { constants: window === undefined ? {} : { WINDOW: window }, conditions: { WINDOWED: window !== undefined } };
}

/** How kernels hold a head: in elements of `width` floats (lib/element), 4 where `length`, by default D, is a multiple of 4, else 1. */
export function headElements(headDim: number, length: number = headDim): { readonly variant: Variant; readonly width: 1 | 4 } {
  const width = length % 4 === 0 ? 4 : 1;
  return { variant: { constants: { HEAD_ELEMENTS: headDim / width }, conditions: { VEC4: width === 4 } }, width };
}

/**
 * How a kernel goes over halves of heads, which it rotates. An invocation takes `heads_together` neighbouring heads of a row: on a CPU all, for
 * then it reads their angle once, and one on a GPU, which has invocations to spare.
 */
export function rotationOf(device: Pick<DeviceTraits, "software">, { heads, keyValueHeads, headDim }: HeadLayout, rows: Scalar) {
  const half = headDim / 2;
  const packedHeads = heads + 2 * keyValueHeads;
  const heads_together = device.software ? packedHeads : 1;
  const { variant, width } = headElements(headDim, half);
  const ofRow = ((packedHeads / heads_together) * half) / width;
  return { variant, heads_together, workgroups: ceilDivide(product(rows, ofRow), 64) };
}
