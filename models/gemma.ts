import { add, gelu, multiply, nn, type Rows, scale, scope, type Tensor } from "../src/engine.ts";
import { attendsToAll, type GemmaConfig } from "./gemma_config.ts";
import { HeadedModel } from "./headed_model.ts";

/** down(gelu(gate(x)) * up(x)), with GELU in its tanh form. */
class GemmaMlp extends nn.Module {
  readonly gate_proj: nn.Linear;
  readonly up_proj: nn.Linear;
  readonly down_proj: nn.Linear;

  constructor({ hidden_size, intermediate_size, initializer_range: std }: GemmaConfig) {
    super();
    this.gate_proj = new nn.Linear(hidden_size, intermediate_size, { std });
    this.up_proj = new nn.Linear(hidden_size, intermediate_size, { std });
    this.down_proj = new nn.Linear(intermediate_size, hidden_size, { std });
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor): Tensor {
    return this.down_proj.forward(multiply(gelu(this.gate_proj.forward(x)), this.up_proj.forward(x)));
  }
}

/** Both branches are normed before and after. */
class GemmaBlock extends nn.Module {
  readonly input_layernorm: nn.RMSNorm;
  readonly self_attn: nn.CausalSelfAttention;
  readonly post_attention_layernorm: nn.RMSNorm;
  readonly pre_feedforward_layernorm: nn.RMSNorm;
  readonly mlp: GemmaMlp;
  readonly post_feedforward_layernorm: nn.RMSNorm;

  constructor(config: GemmaConfig, rotary: nn.RotaryEmbedding, window: number | undefined) {
    super();
    const norm = (): nn.RMSNorm => new nn.RMSNorm(config.hidden_size, config.rms_norm_eps, 1);
    this.input_layernorm = norm();
    this.self_attn = new nn.CausalSelfAttention({
      hiddenSize: config.hidden_size,
      heads: config.num_attention_heads,
      keyValueHeads: config.num_key_value_heads,
      headDim: config.head_dim,
      scale: 1 / Math.sqrt(config.query_pre_attn_scalar),
      cap: config.attn_logit_softcapping,
      bias: config.attention_bias,
      outputBias: config.attention_bias,
      ...(config.query_key_norm ? { queryKeyNormEps: config.rms_norm_eps, normWeightOffset: 1 } : {}),
      rotary,
      window,
      std: config.initializer_range,
    });
    this.post_attention_layernorm = norm();
    this.pre_feedforward_layernorm = norm();
    this.mlp = new GemmaMlp(config);
    this.post_feedforward_layernorm = norm();
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor, rows: Rows): Tensor {
    const attention = this.self_attn.forward(this.input_layernorm.forward(x), rows);
    const attended = add(x, this.post_attention_layernorm.forward(attention));
    const inner = this.mlp.forward(this.pre_feedforward_layernorm.forward(attended));
    return add(attended, this.post_feedforward_layernorm.forward(inner));
  }
}

class GemmaModel extends nn.Module {
  readonly embed_tokens: nn.Embedding;
  readonly layers: readonly GemmaBlock[];
  readonly norm: nn.RMSNorm;

  constructor(config: GemmaConfig) {
    super();
    const { max_position_embeddings: positions, head_dim: headDim } = config;
    const wide = new nn.RotaryEmbedding({ positions, headDim, ...config.rope });
    const local = config.local_rope === config.rope ? wide : new nn.RotaryEmbedding({ positions, headDim, ...config.local_rope });
    this.embed_tokens = new nn.Embedding(config.vocab_size, config.hidden_size, config.initializer_range);
    // No sequence is longer than `positions`, so that a window of as many holds all of it.
    const window = config.sliding_window < positions ? config.sliding_window : undefined;
    this.layers = config.layer_types.map((type) =>
      attendsToAll(type) ? new GemmaBlock(config, wide, undefined) : new GemmaBlock(config, local, window),
    );
    this.norm = new nn.RMSNorm(config.hidden_size, config.rms_norm_eps, 1);
  }

  /** tokens: [N] -> [N, C] */
  forward(tokens: Tensor, rows: Rows): Tensor {
    const embedded = this.embed_tokens.forward(tokens);
    let x = scale(embedded, Math.sqrt(embedded.size(1)));
    this.layers.forEach((layer, i) => {
      x = scope(`layers.${i}`, () => layer.forward(x, rows));
    });
    return this.norm.forward(x);
  }
}

/** What Gemma 2 and Gemma 3 have in common. */
export class Gemma extends HeadedModel {
  constructor(config: GemmaConfig) {
    super(config, new GemmaModel(config));
  }
}
