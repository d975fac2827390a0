import type { ops } from "../../ops/index.ts";
import type { OpCase } from "../op_case.ts";
import { adamwCases } from "./adamw.ts";
import { adamwCheckCases } from "./adamw_check.ts";
import { addCases } from "./add.ts";
import { addOntoCases } from "./add_onto.ts";
import { cacheWriteCases } from "./cache_write.ts";
import { capLogitsCases } from "./cap_logits.ts";
import { causalAttentionCases, largeAttentionCases } from "./causal_attention.ts";
import { columnSumCases } from "./column_sum.ts";
import { controlWeightCases } from "./control_weight.ts";
import { copyColumnsCases } from "./copy_columns.ts";
import { covarianceSelectCases } from "./covariance_select.ts";
import { crossEntropyCases } from "./cross_entropy.ts";
import { decodeAttentionCases } from "./decode_attention.ts";
import { embeddingCases } from "./embedding.ts";
import { entropyRatioCases } from "./entropy_ratio.ts";
import { entropyReduceCases } from "./entropy_reduce.ts";
import { entropySelectCases } from "./entropy_select.ts";
import { fromHalfCases } from "./from_half.ts";
import { geluCases } from "./gelu.ts";
import { gradientNormCases } from "./gradient_norm.ts";
import { layerNormCases } from "./layer_norm.ts";
import { logitsGradientCases } from "./logits_gradient.ts";
import { lowRankCases } from "./low_rank.ts";
import { matmulCases } from "./matmul.ts";
import { matmulActivationCases } from "./matmul_activation.ts";
import { matmulHalfCases } from "./matmul_half.ts";
import { metricReduceCases } from "./metric_reduce.ts";
import { multiplyCases } from "./multiply.ts";
import { nextTokenCases } from "./next_token.ts";
import { qkNormCases } from "./qk_norm.ts";
import { reluSquaredCases } from "./relu_squared.ts";
import { rmsNormCases } from "./rms_norm.ts";
import { ropeCases } from "./rope.ts";
import { ropeCacheWriteCases } from "./rope_cache_write.ts";
import { scaleCases } from "./scale.ts";
import { sequenceRatioCases } from "./sequence_ratio.ts";
import { shortConvCases } from "./short_conv.ts";
import { shortConvCachedCases } from "./short_conv_cached.ts";
import { surpriseWeightCases } from "./surprise_weight.ts";
import { swigluCases } from "./swiglu.ts";
import { toHalfCases } from "./to_half.ts";
import { tokenLossCases } from "./token_loss.ts";
import { tokenStatisticsCases } from "./token_statistics.ts";
import { transposeColumnsCases } from "./transpose_columns.ts";

/** The cases of every op of the library, by the op's name. An op without cases does not compile. */
export const opCases: Readonly<Record<keyof typeof ops, readonly OpCase[]>> = {
  adamw: adamwCases,
  adamw_check: adamwCheckCases,
  add: addCases,
  add_onto: addOntoCases,
  cache_write: cacheWriteCases,
  cap_logits: capLogitsCases,
  causal_attention: [...causalAttentionCases, ...largeAttentionCases],
  column_sum: columnSumCases,
  control_weight: controlWeightCases,
  copy_columns: copyColumnsCases,
  covariance_select: covarianceSelectCases,
  cross_entropy: crossEntropyCases,
  decode_attention: decodeAttentionCases,
  embedding: embeddingCases,
  entropy_ratio: entropyRatioCases,
  entropy_reduce: entropyReduceCases,
  entropy_select: entropySelectCases,
  from_half: fromHalfCases,
  gelu: geluCases,
  gradient_norm: gradientNormCases,
  layer_norm: layerNormCases,
  logits_gradient: logitsGradientCases,
  low_rank: lowRankCases,
  matmul: [...matmulCases, ...matmulHalfCases, ...matmulActivationCases],
  metric_reduce: metricReduceCases,
  multiply: multiplyCases,
  next_token: nextTokenCases,
  qk_norm: qkNormCases,
  relu_squared: reluSquaredCases,
  rms_norm: rmsNormCases,
  rope: ropeCases,
  rope_cache_write: ropeCacheWriteCases,
  scale: scaleCases,
  sequence_ratio: sequenceRatioCases,
  short_conv: shortConvCases,
  short_conv_cached: shortConvCachedCases,
  surprise_weight: surpriseWeightCases,
  swiglu: swigluCases,
  to_half: toHalfCases,
  token_loss: tokenLossCases,
  token_statistics: tokenStatisticsCases,
  transpose_columns: transposeColumnsCases,
};
