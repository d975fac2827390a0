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
