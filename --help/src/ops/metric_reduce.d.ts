import type { Tensor } from "../graph/tensor.js";
type In = {
    token_metrics: Tensor;
    token_inputs: Tensor;
    into?: Tensor | undefined;
};
/** token_metrics [N, 8], token_inputs [N, 6] -> metrics [13]. */
export declare const metricReduceOp: import("./define.js").Op<In, "partial" | "metrics", Record<never, never>>;
/** Reduces the tokens' metrics to one record BATCH_METRICS, in a fixed order; writes it to `into` [13] where that is given. */
export declare function metricReduce(tokenMetrics: Tensor, tokenInputs: Tensor, into?: Tensor): Tensor;
export {};
