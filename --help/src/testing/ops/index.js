import { adamwCases } from "./adamw.js";
import { adamwCheckCases } from "./adamw_check.js";
import { addCases } from "./add.js";
import { addOntoCases } from "./add_onto.js";
import { cacheWriteCases } from "./cache_write.js";
import { causalAttentionCases } from "./causal_attention.js";
import { columnSumCases } from "./column_sum.js";
import { controlWeightCases } from "./control_weight.js";
import { covarianceSelectCases } from "./covariance_select.js";
import { crossEntropyCases } from "./cross_entropy.js";
import { decodeAttentionCases } from "./decode_attention.js";
import { embeddingCases } from "./embedding.js";
import { entropyReduceCases } from "./entropy_reduce.js";
import { fromHalfCases } from "./from_half.js";
import { geluCases } from "./gelu.js";
import { gradientNormCases } from "./gradient_norm.js";
import { layerNormCases } from "./layer_norm.js";
import { logitsGradientCases } from "./logits_gradient.js";
import { matmulCases } from "./matmul.js";
import { matmulActivationCases } from "./matmul_activation.js";
import { matmulHalfCases } from "./matmul_half.js";
import { metricReduceCases } from "./metric_reduce.js";
import { multiplyCases } from "./multiply.js";
import { nextTokenCases } from "./next_token.js";
import { qkNormCases } from "./qk_norm.js";
import { rmsNormCases } from "./rms_norm.js";
import { ropeCases } from "./rope.js";
import { sequenceRatioCases } from "./sequence_ratio.js";
import { swigluCases } from "./swiglu.js";
import { toHalfCases } from "./to_half.js";
import { tokenLossCases } from "./token_loss.js";
import { tokenStatisticsCases } from "./token_statistics.js";
/** The cases of every op of the library, by the op's name. An op without cases does not compile. */
export const opCases = {
    adamw: adamwCases,
    adamw_check: adamwCheckCases,
    add: addCases,
    add_onto: addOntoCases,
    cache_write: cacheWriteCases,
    causal_attention: causalAttentionCases,
    column_sum: columnSumCases,
    control_weight: controlWeightCases,
    covariance_select: covarianceSelectCases,
    cross_entropy: crossEntropyCases,
    decode_attention: decodeAttentionCases,
    embedding: embeddingCases,
    entropy_reduce: entropyReduceCases,
    from_half: fromHalfCases,
    gelu: geluCases,
    gradient_norm: gradientNormCases,
    layer_norm: layerNormCases,
    logits_gradient: logitsGradientCases,
    matmul: [...matmulCases, ...matmulHalfCases, ...matmulActivationCases],
    metric_reduce: metricReduceCases,
    multiply: multiplyCases,
    next_token: nextTokenCases,
    qk_norm: qkNormCases,
    rms_norm: rmsNormCases,
    rope: ropeCases,
    sequence_ratio: sequenceRatioCases,
    swiglu: swigluCases,
    to_half: toHalfCases,
    token_loss: tokenLossCases,
    token_statistics: tokenStatisticsCases,
};
