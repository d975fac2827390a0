import type { KernelVariant } from "../gpu/kernel.ts";

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

/** How an attention kernel holds a head: as vec4s where D allows (lib/element), else as floats. */
export function headVariant({ headDim }: HeadLayout): KernelVariant {
  const vec4 = headDim % 4 === 0;
  return { constants: { HEAD_ELEMENTS: vec4 ? headDim / 4 : headDim }, conditions: { VEC4: vec4 } };
}
