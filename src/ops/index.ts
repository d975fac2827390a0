import { adamwOp } from "./adamw.ts";
import { adamwCheckOp } from "./adamw_check.ts";
import { addOp } from "./add.ts";
import { addOntoOp } from "./add_onto.ts";
import { cacheWriteOp } from "./cache_write.ts";
import { capLogitsOp } from "./cap_logits.ts";
import { causalAttentionOp } from "./causal_attention.ts";
import { columnSumOp } from "./column_sum.ts";
import { controlWeightOp } from "./control_weight.ts";
import { copyColumnsOp } from "./copy_columns.ts";
import { covarianceSelectOp } from "./covariance_select.ts";
import { crossEntropyOp } from "./cross_entropy.ts";
import { decodeAttentionOp } from "./decode_attention.ts";
import { embeddingOp } from "./embedding.ts";
import { entropyRatioOp } from "./entropy_ratio.ts";
import { entropyReduceOp } from "./entropy_reduce.ts";
import { entropySelectOp } from "./entropy_select.ts";
import { fromHalfOp } from "./from_half.ts";
import { geluOp } from "./gelu.ts";
import { gradientNormOp } from "./gradient_norm.ts";
import { layerNormOp } from "./layer_norm.ts";
import { logitsGradientOp } from "./logits_gradient.ts";
import { lowRankOp } from "./low_rank.ts";
import { matmulOp } from "./matmul/op.ts";
import { metricReduceOp } from "./metric_reduce.ts";
import { multiplyOp } from "./multiply.ts";
import { nextTokenOp } from "./next_token.ts";
import { qkNormOp } from "./qk_norm.ts";
import { reluSquaredOp } from "./relu_squared.ts";
import { rmsNormOp } from "./rms_norm.ts";
import { ropeOp } from "./rope.ts";
import { ropeCacheWriteOp } from "./rope_cache_write.ts";
import { scaleOp } from "./scale.ts";
import { sequenceRatioOp } from "./sequence_ratio.ts";
import { shortConvOp } from "./short_conv.ts";
import { shortConvCachedOp } from "./short_conv_cached.ts";
import { surpriseWeightOp } from "./surprise_weight.ts";
import { swigluOp } from "./swiglu.ts";
import { toHalfOp } from "./to_half.ts";
import { tokenLossOp } from "./token_loss.ts";
import { tokenStatisticsOp } from "./token_statistics.ts";
import { transposeColumnsOp } from "./transpose_columns.ts";

export { type AdamWShard, type AdamWStepOptions, adamwStep } from "./adamw.ts";
export { adamwCheck } from "./adamw_check.ts";
export { add } from "./add.ts";
export { addOnto } from "./add_onto.ts";
export { cacheWrite } from "./cache_write.ts";
export { capLogits } from "./cap_logits.ts";
export { type AttendedRows, causalAttention, type SharedRows } from "./causal_attention.ts";
export { columnSum } from "./column_sum.ts";
export { type ControlWeightOptions, controlWeight } from "./control_weight.ts";
export { concatenateColumns } from "./copy_columns.ts";
export { type CovarianceSelectOptions, covarianceSelect } from "./covariance_select.ts";
export { crossEntropy } from "./cross_entropy.ts";
export { decodeAttention } from "./decode_attention.ts";
export { type Call, defineOp, type Inputs, type Op, type OpDefinition, type OutputSpec, shapeError } from "./define.ts";
export { embedding } from "./embedding.ts";
export { type EntropyRatioOptions, entropyRatio } from "./entropy_ratio.ts";
export { type EntropyReduceOptions, entropyReduce } from "./entropy_reduce.ts";
export { type EntropySelectOptions, entropySelect } from "./entropy_select.ts";
export { fromHalf } from "./from_half.ts";
export type { GateName, GateOptions } from "./gate.ts";
export { type GeluForm, gelu } from "./gelu.ts";
export { type GradientNormOptions, gradientNorm } from "./gradient_norm.ts";
export type { HeadLayout } from "./heads.ts";
export { layerNorm } from "./layer_norm.ts";
export { logitsGradient } from "./logits_gradient.ts";
export { type AdaptedPart, lowRank } from "./low_rank.ts";
export { type Layout, matmul, type Weight } from "./matmul/op.ts";
export { metricReduce } from "./metric_reduce.ts";
export { multiply } from "./multiply.ts";
export { FINISHED, type NextTokenOptions, nextToken } from "./next_token.ts";
export { qkNorm } from "./qk_norm.ts";
export * from "./records.ts";
export { reluSquared } from "./relu_squared.ts";
export { rmsNorm } from "./rms_norm.ts";
export { rope } from "./rope.ts";
export { type RopeOptions, type RopeScaling, ropeTable } from "./rope_table.ts";
export { scale } from "./scale.ts";
export { sequenceRatio } from "./sequence_ratio.ts";
export { type ConvolutionWeights, shortConv } from "./short_conv.ts";
export { type CachedProducts, shortConvCached } from "./short_conv_cached.ts";
export { type SurpriseWeightOptions, surpriseWeight } from "./surprise_weight.ts";
export { swiglu } from "./swiglu.ts";
export { toHalf } from "./to_half.ts";
export { KL_ESTIMATES, type KlEstimate, type TokenLossModule, type TokenLossOptions, tokenLoss } from "./token_loss.ts";
export { tokenStatistics } from "./token_statistics.ts";
export { type ColumnBlocks, transposeColumns } from "./transpose_columns.ts";

/** An op of the library and the kernels it launches, forward and backward. */
export interface RegisteredOp {
  readonly op: { readonly definition: { readonly name: string } };
  readonly kernels: readonly string[];
}

const MATMUL_KERNELS = [
  "held",
  "held_transposed",
  "subgroup_of_four",
  "pack",
  "few_rows",
  "register",
  "tiled",
  "split_k_reduce",
  "sliced",
  "subgroup_matrix",
].map((name) => `matmul/${name}`);

const CAUSAL_KERNELS = ["causal", "causal_tiled"]
  .flatMap((name) => family(`attention/${name}`, "_backward_query", "_backward_key_value"))
  .concat("attention/causal_group_sum");

/** Every op by name. test/ops/conventions.test.ts demands a reference and a test for each op, and an op for every kernel. */
export const ops = {
  adamw: { op: adamwOp, kernels: ["optim/adamw"] },
  adamw_check: { op: adamwCheckOp, kernels: family("optim/adamw_check", "_partial") },
  add: { op: addOp, kernels: ["elementwise/add"] },
  add_onto: { op: addOntoOp, kernels: ["elementwise/add_onto"] },
  cache_write: { op: cacheWriteOp, kernels: ["attention/cache_write"] },
  cap_logits: { op: capLogitsOp, kernels: ["policy/cap_logits"] },
  causal_attention: { op: causalAttentionOp, kernels: CAUSAL_KERNELS },
  copy_columns: { op: copyColumnsOp, kernels: ["elementwise/copy_columns"] },
  column_sum: { op: columnSumOp, kernels: ["norm/column_sum"] },
  control_weight: { op: controlWeightOp, kernels: ["policy/control_weight"] },
  covariance_select: { op: covarianceSelectOp, kernels: ["policy/covariance_select"] },
  cross_entropy: { op: crossEntropyOp, kernels: ["policy/cross_entropy"] },
  decode_attention: { op: decodeAttentionOp, kernels: family("attention/decode", "_together", "_part", "_merge") },
  embedding: { op: embeddingOp, kernels: family("embedding/gather", "_backward", "_backward_links", "_backward_partial") },
  entropy_ratio: { op: entropyRatioOp, kernels: ["policy/entropy_ratio"] },
  entropy_reduce: { op: entropyReduceOp, kernels: family("policy/entropy_reduce", "_partial") },
  entropy_select: { op: entropySelectOp, kernels: ["policy/entropy_select"] },
  from_half: { op: fromHalfOp, kernels: ["elementwise/from_half"] },
  gelu: { op: geluOp, kernels: family("mlp/gelu", "_backward") },
  gradient_norm: { op: gradientNormOp, kernels: family("optim/gradient_norm", "_partial") },
  layer_norm: { op: layerNormOp, kernels: family("norm/layer_norm", "_backward") },
  logits_gradient: { op: logitsGradientOp, kernels: ["policy/logits_gradient"] },
  low_rank: { op: lowRankOp, kernels: family("adapter/low_rank", "_backward", "_backward_weight") },
  matmul: { op: matmulOp, kernels: MATMUL_KERNELS },
  metric_reduce: { op: metricReduceOp, kernels: family("policy/metric_reduce", "_partial") },
  multiply: { op: multiplyOp, kernels: ["elementwise/multiply"] },
  next_token: { op: nextTokenOp, kernels: family("sample/next_token", "_part") },
  qk_norm: { op: qkNormOp, kernels: family("attention/qk_norm", "_backward", "_backward_weight") },
  relu_squared: { op: reluSquaredOp, kernels: family("mlp/relu_squared", "_backward") },
  rms_norm: { op: rmsNormOp, kernels: family("norm/rms_norm", "_backward") },
  rope: { op: ropeOp, kernels: ["attention/rope"] },
  rope_cache_write: { op: ropeCacheWriteOp, kernels: ["attention/rope_cache_write"] },
  scale: { op: scaleOp, kernels: ["elementwise/scale"] },
  sequence_ratio: { op: sequenceRatioOp, kernels: ["policy/sequence_ratio"] },
  short_conv: { op: shortConvOp, kernels: family("conv/short_conv", "_backward", "_backward_weight") },
  short_conv_cached: { op: shortConvCachedOp, kernels: ["conv/short_conv_cached"] },
  surprise_weight: { op: surpriseWeightOp, kernels: ["policy/surprise_weight"] },
  swiglu: { op: swigluOp, kernels: family("mlp/swiglu", "_backward") },
  to_half: { op: toHalfOp, kernels: ["elementwise/to_half"] },
  token_loss: { op: tokenLossOp, kernels: ["policy/token_loss"] },
  token_statistics: { op: tokenStatisticsOp, kernels: ["policy/token_statistics"] },
  transpose_columns: { op: transposeColumnsOp, kernels: ["elementwise/transpose_columns"] },
} as const satisfies Readonly<Record<string, RegisteredOp>>;

function family(forward: string, ...endings: readonly string[]): string[] {
  return [forward, ...endings.map((ending) => forward + ending)];
}
