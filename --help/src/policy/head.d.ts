import type { Scalar } from "../graph/scalar.js";
import { type Tensor } from "../graph/tensor.js";
import { type GradientSink } from "../graph/trace.js";
import { type Weight } from "../ops/matmul/op.js";
import type { Chunk } from "./chunks.js";
/** The head of a policy over packed rows: hidden [N, C], weight [V, C], actions [N]. */
export interface Head {
    readonly hidden: Tensor;
    readonly weight: Weight;
    readonly actions: Tensor;
    readonly inverseTemperature: Scalar;
    readonly chunks: readonly Chunk[];
}
export interface HeadStatistics {
    /** [N, 4]: a record TOKEN_STATISTICS of every row, of softmax(logits / temperature). */
    readonly statistics: Tensor;
    /** The logits [N, V] where the batch is one chunk; they need not be computed again. */
    readonly logits: Tensor | undefined;
}
/** Log-probability and entropy of every row, a chunk of logits at a time. */
export declare function headStatistics(head: Head): HeadStatistics;
/**
 * The backward pass of the head. Each chunk's logits are recomputed, turned into their gradient in place, and multiplied
 * into grad_hidden [N, C] (returned) and the head's gradient (onto the sink).
 * coefficients [N, 2]: dL/dlogp of the action and dL/dentropy of every row.
 */
export declare function headBackward(head: Head, saved: HeadStatistics, coefficients: Tensor, sink: GradientSink): Tensor;
