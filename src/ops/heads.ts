import type { KernelVariant } from "../gpu/link.ts";
import { ceilDivide, product, type Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DeviceTraits } from "../graph/trace.ts";

/** How the columns of packed qkv [N, (H + 2K) D] are cut: H query heads, then K key heads, then K value heads, of D each. */
export interface HeadLayout {
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headDim: number;
  /** What products of queries and keys are multiplied by before the softmax. Left out: 1 / sqrt(headDim). */
  readonly scale?: number | undefined;
  /** Scores become cap tanh(score / cap) before the softmax (Gemma 2). Left out: they have no cap. */
  readonly cap?: number | undefined;
}

/** The factor between products of queries and keys and the scores of attention. */
export function scoreScale({ headDim, scale = 1 / Math.sqrt(headDim) }: HeadLayout): number {
  return scale;
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

/** The variant of kernels of attention where a row attends to the last `window` tokens of its sequence, or to all, and scores may have a cap. */
export function scoreVariant({ cap }: HeadLayout, window: number | undefined): Variant {
  return {
    constants: { ...(window !== undefined && { WINDOW: window }), ...(cap !== undefined && { CAP: cap }) },
    conditions: { WINDOWED: window !== undefined, CAPPED: cap !== undefined },
  };
}

/** How kernels hold a head: in elements of `width` floats (lib/element), 4 where D is a multiple of 4, else 1. */
export function headElements(headDim: number): { readonly variant: Variant; readonly width: 1 | 4 } {
  const width = headDim % 4 === 0 ? 4 : 1;
  return { variant: { constants: { HEAD_ELEMENTS: headDim / width }, conditions: { VEC4: width === 4 } }, width };
}

/**
 * How a kernel goes over pairs of numbers of heads, the first `rotary` numbers of which it rotates. An invocation takes `heads_together`
 * neighbouring heads of a row: on a CPU all, for then it reads their angle once, and one on a GPU, which has invocations to spare.
 */
export function rotationOf(
  device: Pick<DeviceTraits, "software">,
  { heads, keyValueHeads, headDim }: HeadLayout,
  rotary: number,
  rows: Scalar,
) {
  const packedHeads = heads + 2 * keyValueHeads;
  const heads_together = device.software ? packedHeads : 1;
  const width = rotationWidth(headDim, rotary);
  const constants = { HEAD_ELEMENTS: headDim / width, ROTARY_ELEMENTS: rotary / width };
  const ofRow = ((packedHeads / heads_together) * (headDim / 2)) / width;
  const variant: Variant = { constants, conditions: { VEC4: width === 4 } };
  return { variant, heads_together, workgroups: ceilDivide(product(rows, ofRow), 64) };
}

/** Floats of an element where numbers of heads go in pairs: 4 where half of a head, and of what is rotated, is a multiple of 4, else 1. */
export function rotationWidth(headDim: number, rotary: number): 1 | 4 {
  return headDim % 8 === 0 && rotary % 8 === 0 ? 4 : 1;
}

/** Whether heads can be rotated by a table of so many angles' cosines and sines. */
export function isRotary(rotary: number, { headDim }: HeadLayout): boolean {
  return headDim % 2 === 0 && rotary % 2 === 0 && rotary <= headDim;
}
