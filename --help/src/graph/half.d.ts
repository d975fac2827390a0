import { Tensor } from "./tensor.js";
import { type Node } from "./trace.js";
export interface HalfOptions {
    /** Tensors that outlive the run. They are never rounded. */
    readonly keep: readonly Tensor[];
    /** The `to_half` and `from_half` ops, passed in because this module knows no op. */
    readonly toHalf: (x: Tensor) => Tensor;
    readonly fromHalf: (half: Tensor) => Tensor;
}
/**
 * Lets activations wait for the backward pass as 16-bit floats. This concerns tensors that are written, then not used for a while,
 * then only read. They are rounded after their last use before the wait, and expanded before their first use after it. The forward
 * pass, and so every loss and log-probability, keeps its bits; gradients are those of rounded activations.
 */
export declare function storeHalf(nodes: readonly Node[], options: HalfOptions): Node[];
