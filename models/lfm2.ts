import { add, nn, type Rows, scope, type Tensor } from "../src/engine.ts";
import { HeadedModel } from "./headed_model.ts";
import type { Lfm2Config } from "./lfm2_config.ts";
import { spreads } from "./llama.ts";

const ATTENTION_NAMES: nn.AttentionNames = { queryNorm: "q_layernorm", keyNorm: "k_layernorm", output: "out_proj" };

class Lfm2Block extends nn.Module {
  readonly operator_norm: nn.RMSNorm;
  /** Of the two a layer has one. */
  readonly self_attn: nn.CausalSelfAttention | undefined;
  readonly conv: nn.ShortConv | undefined;
  readonly ffn_norm: nn.RMSNorm;
  readonly feed_forward: nn.GatedMlp;

  constructor(config: Lfm2Config, rotary: nn.RotaryEmbedding, layer: number) {
    super();
    const { hidden_size, norm_eps, conv_L_cache: taps, conv_bias: bias } = config;
    const attends = config.layer_types[layer] === "full_attention";
    this.operator_norm = new nn.RMSNorm(hidden_size, norm_eps);
    this.self_attn = attends ? attentionOf(config, rotary) : undefined;
    this.conv = attends ? undefined : new nn.ShortConv(hidden_size, { taps, bias, ...spreads(config) });
    this.ffn_norm = new nn.RMSNorm(hidden_size, norm_eps);
    const names = { gate: "w1", up: "w3", down: "w2" };
    this.feed_forward = new nn.GatedMlp(hidden_size, config.intermediate_size, { names, ...spreads(config) });
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor, rows: Rows): Tensor {
    const mixed = add(x, (this.self_attn ?? this.conv)!.forward(this.operator_norm.forward(x), rows));
    return add(mixed, this.feed_forward.forward(this.ffn_norm.forward(mixed)));
  }
}

function attentionOf(config: Lfm2Config, rotary: nn.RotaryEmbedding): nn.CausalSelfAttention {
  return new nn.CausalSelfAttention({
    hiddenSize: config.hidden_size,
    heads: config.num_attention_heads,
    keyValueHeads: config.num_key_value_heads,
    headDim: config.head_dim,
    queryKeyNormEps: config.norm_eps,
    names: ATTENTION_NAMES,
    rotary,
    ...spreads(config),
  });
}

class Lfm2Model extends nn.Module {
  readonly embed_tokens: nn.Embedding;
  readonly layers: readonly Lfm2Block[];
  readonly embedding_norm: nn.RMSNorm;

  constructor(config: Lfm2Config) {
    super();
    const { max_position_embeddings: positions, head_dim: headDim, rope } = config;
    const { theta, scaling } = rope;
    const rotary = new nn.RotaryEmbedding({ positions, headDim, theta, ...(scaling ? { scaling } : {}) });
    this.embed_tokens = new nn.Embedding(config.vocab_size, config.hidden_size, config.initializer_range);
    this.layers = config.layer_types.map((_, layer) => new Lfm2Block(config, rotary, layer));
    this.embedding_norm = new nn.RMSNorm(config.hidden_size, config.norm_eps);
  }

  /** tokens: [N] -> [N, C] */
  forward(tokens: Tensor, rows: Rows): Tensor {
    let x = this.embed_tokens.forward(tokens);
    this.layers.forEach((layer, i) => {
      x = scope(`layers.${i}`, () => layer.forward(x, rows));
    });
    return this.embedding_norm.forward(x);
  }
}

/** LFM2 (Liquid AI, 2025): gated short convolutions, and attention with norms of queries and keys in some layers. */
export class Lfm2 extends HeadedModel {
  constructor(config: Lfm2Config) {
    // In a convolution rows meet that lie beside each other.
    super(config, new Lfm2Model(config), { sharesRows: !config.layer_types.includes("conv") });
  }
}
