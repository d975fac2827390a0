import { adamwOp } from "./adamw.js";
import { adamwCheckOp } from "./adamw_check.js";
import { addOp } from "./add.js";
import { addOntoOp } from "./add_onto.js";
import { cacheWriteOp } from "./cache_write.js";
import { causalAttentionOp } from "./causal_attention.js";
import { columnSumOp } from "./column_sum.js";
import { controlWeightOp } from "./control_weight.js";
import { covarianceSelectOp } from "./covariance_select.js";
import { crossEntropyOp } from "./cross_entropy.js";
import { decodeAttentionOp } from "./decode_attention.js";
import { embeddingOp } from "./embedding.js";
import { entropyReduceOp } from "./entropy_reduce.js";
import { fromHalfOp } from "./from_half.js";
import { geluOp } from "./gelu.js";
import { gradientNormOp } from "./gradient_norm.js";
import { layerNormOp } from "./layer_norm.js";
import { logitsGradientOp } from "./logits_gradient.js";
import { matmulOp } from "./matmul/op.js";
import { metricReduceOp } from "./metric_reduce.js";
import { multiplyOp } from "./multiply.js";
import { nextTokenOp } from "./next_token.js";
import { qkNormOp } from "./qk_norm.js";
import { rmsNormOp } from "./rms_norm.js";
import { ropeOp } from "./rope.js";
import { sequenceRatioOp } from "./sequence_ratio.js";
import { swigluOp } from "./swiglu.js";
import { toHalfOp } from "./to_half.js";
import { tokenLossOp } from "./token_loss.js";
import { tokenStatisticsOp } from "./token_statistics.js";
export { adamwStep } from "./adamw.js";
export { adamwCheck } from "./adamw_check.js";
export { add } from "./add.js";
export { addOnto } from "./add_onto.js";
export { cacheWrite } from "./cache_write.js";
export { causalAttention } from "./causal_attention.js";
export { columnSum } from "./column_sum.js";
export { controlWeight } from "./control_weight.js";
export { covarianceSelect } from "./covariance_select.js";
export { crossEntropy } from "./cross_entropy.js";
export { decodeAttention } from "./decode_attention.js";
export { defineOp, shapeError } from "./define.js";
export { embedding } from "./embedding.js";
export { entropyReduce } from "./entropy_reduce.js";
export { fromHalf } from "./from_half.js";
export { gelu } from "./gelu.js";
export { gradientNorm } from "./gradient_norm.js";
export { layerNorm } from "./layer_norm.js";
export { logitsGradient } from "./logits_gradient.js";
export { matmul } from "./matmul/op.js";
export { metricReduce } from "./metric_reduce.js";
export { multiply } from "./multiply.js";
export { FINISHED, nextToken } from "./next_token.js";
export { qkNorm } from "./qk_norm.js";
export * from "./records.js";
export { rmsNorm } from "./rms_norm.js";
export { rope } from "./rope.js";
export { ropeTable } from "./rope_table.js";
export { sequenceRatio } from "./sequence_ratio.js";
export { swiglu } from "./swiglu.js";
export { toHalf } from "./to_half.js";
export { KL_ESTIMATES, tokenLoss } from "./token_loss.js";
export { tokenStatistics } from "./token_statistics.js";
const MATMUL_KERNELS = ["subgroup", "pack", "few_rows", "register", "tiled", "split_k_reduce", "vector", "subgroup_matrix"].map((name) => `matmul/${name}`);
/** Every op by name. test/ops/conventions.test.ts demands a reference and a test for each op, and an op for every kernel. */
export const ops = {
    adamw: { op: adamwOp, kernels: ["optim/adamw"] },
    adamw_check: { op: adamwCheckOp, kernels: family("optim/adamw_check", "_partial") },
    add: { op: addOp, kernels: ["elementwise/add"] },
    add_onto: { op: addOntoOp, kernels: ["elementwise/add_onto"] },
    cache_write: { op: cacheWriteOp, kernels: ["attention/cache_write"] },
    causal_attention: { op: causalAttentionOp, kernels: family("attention/causal", "_backward_query", "_backward_key_value") },
    column_sum: { op: columnSumOp, kernels: ["norm/column_sum"] },
    control_weight: { op: controlWeightOp, kernels: ["policy/control_weight"] },
    covariance_select: { op: covarianceSelectOp, kernels: ["policy/covariance_select"] },
    cross_entropy: { op: crossEntropyOp, kernels: ["policy/cross_entropy"] },
    decode_attention: { op: decodeAttentionOp, kernels: family("attention/decode", "_keys") },
    embedding: { op: embeddingOp, kernels: family("embedding/gather", "_backward", "_backward_links", "_backward_partial") },
    entropy_reduce: { op: entropyReduceOp, kernels: family("policy/entropy_reduce", "_partial") },
    from_half: { op: fromHalfOp, kernels: ["elementwise/from_half"] },
    gelu: { op: geluOp, kernels: family("mlp/gelu", "_backward") },
    gradient_norm: { op: gradientNormOp, kernels: family("optim/gradient_norm", "_partial") },
    layer_norm: { op: layerNormOp, kernels: family("norm/layer_norm", "_backward", "_backward_weight") },
    logits_gradient: { op: logitsGradientOp, kernels: ["policy/logits_gradient"] },
    matmul: { op: matmulOp, kernels: MATMUL_KERNELS },
    metric_reduce: { op: metricReduceOp, kernels: family("policy/metric_reduce", "_partial") },
    multiply: { op: multiplyOp, kernels: ["elementwise/multiply"] },
    next_token: { op: nextTokenOp, kernels: ["sample/next_token"] },
    qk_norm: { op: qkNormOp, kernels: family("attention/qk_norm", "_backward", "_backward_weight") },
    rms_norm: { op: rmsNormOp, kernels: family("norm/rms_norm", "_backward", "_backward_weight") },
    rope: { op: ropeOp, kernels: ["attention/rope"] },
    sequence_ratio: { op: sequenceRatioOp, kernels: ["policy/sequence_ratio"] },
    swiglu: { op: swigluOp, kernels: family("mlp/swiglu", "_backward") },
    to_half: { op: toHalfOp, kernels: ["elementwise/to_half"] },
    token_loss: { op: tokenLossOp, kernels: ["policy/token_loss"] },
    token_statistics: { op: tokenStatisticsOp, kernels: ["policy/token_statistics"] },
};
function family(forward, ...endings) {
    return [forward, ...endings.map((ending) => forward + ending)];
}
