import { defineRecord } from "../graph/record.ts";

// Every record lists the fields of its struct in shaders/lib, where each field is explained.

/** What the host knows of a token, by name. */
export const TOKEN_INPUT = defineRecord("TokenInput", ["old_logp", "reference_logp", "advantage", "weight", "mask", "control_weight"]);
/** What the head measures of a token, by name. */
export const TOKEN_STATISTICS = defineRecord("TokenStatistics", ["logp", "entropy", "log_sum_exp", "effect"]);
/** What the sampler keeps of a token that it drew. */
export const SAMPLED_TOKEN = defineRecord("SampledToken", ["token", "logp", "entropy"]);
/** What layer_norm leaves of a row for its backward pass. */
export const ROW_STATISTICS = defineRecord("RowStatistics", ["mean", "inverse_std"]);
/** The sums of a softmax over some columns of a row, relative to their largest logit m. */
export const SOFTMAX = defineRecord("Softmax", ["m", "e", "ed"]);
/** The best candidate for the next token among some columns, with its score. */
export const CANDIDATE = defineRecord("Candidate", ["score", "index"]);
/** The derivatives of a token's loss by its log-probability and by its entropy. */
export const LOSS_COEFFICIENTS = defineRecord("LossCoefficients", ["logp", "entropy"]);
/** What the loss reports of a token, by name. */
export const TOKEN_METRICS = defineRecord("TokenMetrics", [
  "loss",
  "kl",
  "ratio",
  "clipped_low",
  "clipped_high",
  "actuator",
  "logp_difference",
  "entropy",
]);
/** The token count and the extremes of several tokens, by name. */
export const TOKEN_RANGE = defineRecord("TokenRange", ["token_count", "ratio_min", "ratio_max", "logp_difference_max"]);
/** The metrics of a micro-batch, by name. */
export const BATCH_METRICS = defineRecord("BatchMetrics", [
  "loss",
  "token_count",
  "entropy",
  "kl",
  "clip_low",
  "clip_high",
  "clip_region",
  "gated_fraction",
  "ratio_min",
  "ratio_mean",
  "ratio_max",
  "logp_difference_mean",
  "logp_difference_max",
]);
/** A part of the gradient's norm, by name. */
export const NORM_PARTIAL = defineRecord("NormPartial", ["squares", "not_finite"]);
/** The state of AdamW that is not a tensor, by name. */
export const OPTIMIZER_STATE = defineRecord("OptimizerState", [
  "step",
  "norm",
  "scale",
  "skipped",
  "bias1",
  "bias2",
  "reserved_0",
  "reserved_1",
]);

/** The metrics of a micro-batch, as the host reads them. */
export type BatchMetrics = ReturnType<typeof BATCH_METRICS.read>;

/** What all tokens have in common in the state of entropy control, by name. */
export const CONTROL = defineRecord("Control", [
  "entropy_coefficient",
  "positive_scale",
  "negative_scale",
  "entropy",
  "token_count",
  "gated_fraction",
  "gated_count",
]);

/** Sums over the response tokens of a class, or over a block of rows among them. */
export const ENTROPY_SUMS = defineRecord("EntropySums", ["entropy", "token_count", "gated_count"]);

/** The feedback for all tokens or for one class of tokens, by name. A tensor `control` holds one Control, then every Loop. */
export const LOOP = defineRecord("Loop", [
  "alpha",
  "entropy",
  "token_count",
  "batch_entropy",
  "error",
  "integral",
  "target_entropy",
  "saturated",
  "private_0",
  "private_1",
  "kp",
  "ki",
  "authority",
  "steps",
  "rho",
  "anchor",
  "previous_entropy",
  "sum_square",
  "sum_product",
  "released",
  "signal",
  "has_signal",
  "signals",
  "signal_start",
  "mistakes",
]);
