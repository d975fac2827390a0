import type { KernelVariant } from "../gpu/kernel.js";
import { type Dimension, type Scalar } from "../graph/scalar.js";
import type { Tensor } from "../graph/tensor.js";
/** How a kernel cuts rows into elements (lib/element): vec4s where the last dimension is a multiple of 4, else floats. */
export interface Elements {
    readonly variant: KernelVariant;
    /** The last dimension in elements. */
    readonly columns: Scalar;
    /** All dimensions together in elements. */
    readonly count: Scalar;
}
export declare function elementsOf(shape: readonly Dimension[]): Elements;
/** How a kernel that works row by row cuts x [N, C]: a row has `columns` elements, which are `count` = C values. */
export declare function rowElements(x: Tensor): {
    readonly variant: KernelVariant;
    readonly columns: number;
    readonly count: number;
};
