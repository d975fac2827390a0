import type { KernelVariant } from "../gpu/kernel.js";
import type { Tensor } from "../graph/tensor.js";
/** How the columns of packed qkv [N, (H + 2K) D] are cut: H query heads, then K key heads, then K value heads, of D each. */
export interface HeadLayout {
    readonly heads: number;
    readonly keyValueHeads: number;
    readonly headDim: number;
}
/** Columns of packed qkv. */
export declare function packedWidth({ heads, keyValueHeads, headDim }: HeadLayout): number;
/** Whether qkv has the columns of a layout, and the query heads can be shared out evenly among the key-value heads. */
export declare function isPacked(qkv: Tensor, layout: HeadLayout): boolean;
/** What an op on packed qkv needs, in words for its error. */
export declare function describePacked({ heads, keyValueHeads, headDim }: HeadLayout): string;
/** How kernels hold a head: in elements of `width` floats (lib/element), 4 where `length`, by default D, is a multiple of 4, else 1. */
export declare function headElements(headDim: number, length?: number): {
    readonly variant: Required<Pick<KernelVariant, "constants" | "conditions">>;
    readonly width: 1 | 4;
};
