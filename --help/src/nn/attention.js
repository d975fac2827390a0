import { cacheWrite } from "../ops/cache_write.js";
import { causalAttention } from "../ops/causal_attention.js";
import { decodeAttention } from "../ops/decode_attention.js";
import { qkNorm } from "../ops/qk_norm.js";
import { rope } from "../ops/rope.js";
import { ropeTable } from "../ops/rope_table.js";
import { fusedLinear, Linear } from "./linear.js";
import { Constant, Module } from "./module.js";
import { RMSNorm } from "./norm.js";
/**
 * Softmax attention of packed rows over themselves, or of one new row per sequence over the cache.
 * `owner` identifies the layer in the cache. qkv: [N, (H + 2K) D] -> [N, H D]
 */
export function attend(owner, qkv, rows, layout) {
    const { cache } = rows;
    if (!cache)
        return causalAttention(qkv, rows.sequenceStart, rows.sequenceEnd, layout);
    const { keys, values } = cache.layer(owner, layout);
    cacheWrite(qkv, keys, values, cache.sequence, rows.positions, layout);
    if (cache.mode === "packed")
        return causalAttention(qkv, rows.sequenceStart, rows.sequenceEnd, layout);
    return decodeAttention(qkv, keys, values, rows.positions, layout);
}
/** A table of rotary angles, shared by the layers of a model (Su et al. 2021, arXiv 2104.09864). */
export class RotaryEmbedding extends Module {
    table;
    constructor(options) {
        super();
        this.table = new Constant([options.positions, options.headDim], () => ropeTable(options));
    }
}
/** Grouped-query causal self-attention with rotary positions: Llama, Qwen2, Qwen3. */
export class CausalSelfAttention extends Module {
    qkv_proj;
    q_norm;
    k_norm;
    o_proj;
    rotary;
    layout;
    constructor(options) {
        super();
        const { hiddenSize, heads, keyValueHeads, headDim, bias = false, queryKeyNormEps, std } = options;
        const parts = { q_proj: heads * headDim, k_proj: keyValueHeads * headDim, v_proj: keyValueHeads * headDim };
        this.qkv_proj = fusedLinear(hiddenSize, parts, { bias, ...(std === undefined ? {} : { std }) });
        this.q_norm = queryKeyNormEps === undefined ? undefined : new RMSNorm(headDim, queryKeyNormEps);
        this.k_norm = queryKeyNormEps === undefined ? undefined : new RMSNorm(headDim, queryKeyNormEps);
        const outputStd = options.outputStd ?? std;
        this.o_proj = new Linear(heads * headDim, hiddenSize, outputStd === undefined ? {} : { std: outputStd });
        this.rotary = options.rotary;
        this.layout = { heads, keyValueHeads, headDim };
    }
    /** x: [N, C] -> [N, C] */
    forward(x, rows) {
        const projected = this.qkv_proj.forward(x); // [N, (H + 2K) D]
        const normed = this.q_norm && this.k_norm
            ? qkNorm(projected, this.q_norm.weight.tensor, this.k_norm.weight.tensor, this.q_norm.eps, this.layout)
            : projected;
        const rotated = rope(normed, rows.positions, this.rotary.table.tensor, this.layout);
        return this.o_proj.forward(attend(this, rotated, rows, this.layout));
    }
}
