/** What the host knows of a token, by name. */
export declare const TOKEN_INPUT: import("../graph/record.js").RecordLayout<"weight" | "old_logp" | "reference_logp" | "advantage" | "mask" | "control_weight">;
/** What the head measures of a token, by name. */
export declare const TOKEN_STATISTICS: import("../graph/record.js").RecordLayout<"log_sum_exp" | "logp" | "entropy" | "effect">;
/** What the sampler keeps of a token that it drew. */
export declare const SAMPLED_TOKEN: import("../graph/record.js").RecordLayout<"logp" | "entropy">;
/** The derivatives of a token's loss by its log-probability and by its entropy. */
export declare const LOSS_COEFFICIENTS: import("../graph/record.js").RecordLayout<"logp" | "entropy">;
/** What the loss reports of a token, by name. */
export declare const TOKEN_METRICS: import("../graph/record.js").RecordLayout<"entropy" | "loss" | "kl" | "ratio" | "clipped_low" | "clipped_high" | "actuator" | "logp_difference">;
/** The token count and the extremes of several tokens, by name. */
export declare const TOKEN_RANGE: import("../graph/record.js").RecordLayout<"token_count" | "ratio_min" | "ratio_max" | "logp_difference_max">;
/** The metrics of a micro-batch, by name. */
export declare const BATCH_METRICS: import("../graph/record.js").RecordLayout<"entropy" | "loss" | "kl" | "token_count" | "ratio_min" | "ratio_max" | "logp_difference_max" | "clip_low" | "clip_high" | "clip_region" | "gated_fraction" | "ratio_mean" | "logp_difference_mean">;
/** A part of the gradient's norm, by name. */
export declare const NORM_PARTIAL: import("../graph/record.js").RecordLayout<"squares" | "not_finite">;
/** The state of AdamW that is not a tensor, by name. */
export declare const OPTIMIZER_STATE: import("../graph/record.js").RecordLayout<"scale" | "step" | "norm" | "skipped" | "bias1" | "bias2" | "reserved_0" | "reserved_1">;
/** The metrics of a micro-batch, as the host reads them. */
export type BatchMetrics = ReturnType<typeof BATCH_METRICS.read>;
/** What all tokens have in common in the state of entropy control, by name. */
export declare const CONTROL: import("../graph/record.js").RecordLayout<"entropy" | "token_count" | "gated_fraction" | "entropy_coefficient" | "positive_scale" | "negative_scale" | "gated_count">;
/** Sums over the response tokens of a class, or over a block of rows among them. */
export declare const ENTROPY_SUMS: import("../graph/record.js").RecordLayout<"entropy" | "token_count" | "gated_count">;
/** The feedback for all tokens or for one class of tokens, by name. A tensor `control` holds one Control, then every Loop. */
export declare const LOOP: import("../graph/record.js").RecordLayout<"anchor" | "error" | "entropy" | "token_count" | "alpha" | "batch_entropy" | "integral" | "target_entropy" | "saturated" | "private_0" | "private_1" | "kp" | "ki" | "authority" | "steps" | "rho" | "previous_entropy" | "sum_square" | "sum_product">;
