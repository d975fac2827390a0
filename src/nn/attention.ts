import type { Tensor } from "../graph/tensor.ts";
import { cacheWrite } from "../ops/cache_write.ts";
import { causalAttention } from "../ops/causal_attention.ts";
import { decodeAttention } from "../ops/decode_attention.ts";
import type { HeadLayout } from "../ops/heads.ts";
import { qkNorm } from "../ops/qk_norm.ts";
import { rope } from "../ops/rope.ts";
import { type RopeOptions, ropeTable } from "../ops/rope_table.ts";
import { fusedLinear, type Linear, namedLinear } from "./linear.ts";
import { Constant, Module } from "./module.ts";
import { RMSNorm, UnweightedRMSNorm } from "./norm.ts";
import type { Rows } from "./rows.ts";

/**
 * Softmax attention of packed rows over themselves, or of one new row per sequence over the cache. With a window a row attends to the last
 * `window` tokens of its sequence, itself included. `owner` identifies the layer in the cache. qkv: [N, (H + 2K) D] -> [N, H D]
 */
export function attend(owner: object, qkv: Tensor, rows: Rows, layout: HeadLayout, window?: number): Tensor {
  const { cache } = rows;
  if (!cache) return causalAttention(qkv, rows, layout, { window });
  const { keys, values } = cache.layer(owner, layout);
  const cached = { cacheKeys: keys, cacheValues: values, origin: cache.origin, positions: rows.positions };
  cacheWrite(qkv, cached, layout);
  if (!cache.decode) return causalAttention(qkv, rows, layout, { window });
  const { prompt, length } = cache.decode;
  return decodeAttention(qkv, { ...cached, prompt }, { layout, length, window });
}

/** A table of rotary angles, shared by the layers of a model (Su et al. 2021, arXiv 2104.09864). */
export class RotaryEmbedding extends Module {
  readonly table: Constant;

  constructor(options: RopeOptions) {
    super();
    this.table = new Constant([options.positions, options.headDim], () => ropeTable(options));
  }
}

/** The sizes of an attention layer, and the standard deviations that its weights are drawn with. */
export interface CausalSelfAttentionOptions extends HeadLayout {
  readonly hiddenSize: number;
  /** Left out where tokens attend without positions (NoPE). */
  readonly rotary?: RotaryEmbedding | undefined;
  /** Biases on q, k and v. */
  readonly bias?: boolean;
  readonly outputBias?: boolean;
  /** Whether checkpoints hold q, k and v as one matrix, qkv_proj (Phi-3). Default: false. */
  readonly fused?: boolean;
  /** How many of the last tokens of its sequence a token attends to, itself included. Left out: all. */
  readonly window?: number | undefined;
  /** RMS norm of every query and key head (Qwen3, Gemma 3), with this eps. */
  readonly queryKeyNormEps?: number;
  /** What these norms add to their weights (`RMSNorm`). Default: 0. */
  readonly normWeightOffset?: 0 | 1;
  /** Whether these norms have weights. Default: true. */
  readonly normWeights?: boolean;
  /** What checkpoints call the norms of heads, and the layer after attention. Default: q_norm, k_norm and o_proj. */
  readonly names?: AttentionNames;
  readonly std?: number;
  readonly outputStd?: number;
}

/** Names of layers of attention, beside q_proj, k_proj and v_proj. */
export interface AttentionNames {
  readonly queryNorm: string;
  readonly keyNorm: string;
  readonly output: string;
}

const NAMES: AttentionNames = { queryNorm: "q_norm", keyNorm: "k_norm", output: "o_proj" };

/** Grouped-query causal self-attention, with rotary positions where there are any: Llama, Granite, Qwen2, Qwen3, Gemma, Phi-3. */
export class CausalSelfAttention extends Module {
  readonly qkv_proj: Linear;
  readonly q_norm: HeadNorm | undefined;
  readonly k_norm: HeadNorm | undefined;
  readonly o_proj: Linear;
  readonly rotary: RotaryEmbedding | undefined;
  readonly layout: HeadLayout;
  readonly window: number | undefined;

  constructor(options: CausalSelfAttentionOptions) {
    super();
    const { hiddenSize, heads, keyValueHeads, headDim, bias = false, outputBias = false, fused = false, std = 0.02 } = options;
    const { queryKeyNormEps: eps, normWeightOffset, normWeights = true, names = NAMES, outputStd = std } = options;
    const parts = { q_proj: heads * headDim, k_proj: keyValueHeads * headDim, v_proj: keyValueHeads * headDim };
    this.qkv_proj = fusedLinear(hiddenSize, parts, { bias, isNamed: !fused, std });
    const headNorm = (name: string): HeadNorm | undefined => {
      if (eps === undefined) return undefined;
      return normWeights ? new RMSNorm(headDim, eps, normWeightOffset, name) : new UnweightedRMSNorm(headDim, eps);
    };
    this.q_norm = headNorm(names.queryNorm);
    this.k_norm = headNorm(names.keyNorm);
    this.o_proj = namedLinear(heads * headDim, hiddenSize, names.output, { bias: outputBias, std: outputStd });
    this.rotary = options.rotary;
    this.layout = { heads, keyValueHeads, headDim, scale: options.scale, cap: options.cap };
    this.window = options.window;
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor, rows: Rows): Tensor {
    const projected = this.qkv_proj.forward(x); // [N, (H + 2K) D]
    const normed = this.q_norm && this.k_norm ? normHeads(projected, this.q_norm, this.k_norm, this.layout) : projected;
    const placed = this.rotary ? rope(normed, rows.positions, this.rotary.table.tensor, this.layout) : normed;
    return this.o_proj.forward(attend(this, placed, rows, this.layout, this.window));
  }
}

type HeadNorm = RMSNorm | UnweightedRMSNorm;

function normHeads(qkv: Tensor, queries: HeadNorm, keys: HeadNorm, layout: HeadLayout): Tensor {
  return qkNorm(qkv, queries.weight.tensor, keys.weight.tensor, queries.eps, layout, queries.weightOffset);
}
