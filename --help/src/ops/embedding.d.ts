import { type Tensor } from "../graph/tensor.js";
/** tokens [N] u32, weight [V, C] -> y [N, C]: rows of a table by index. */
export declare const embeddingOp: import("./define.js").Op<{
    tokens: Tensor;
    weight: Tensor;
}, "y", Record<never, never>>;
/** Rows of a table by index: token embeddings, or rows of hidden states. The host keeps tokens below V; others give NaN. */
export declare function embedding(tokens: Tensor, weight: Tensor): Tensor;
