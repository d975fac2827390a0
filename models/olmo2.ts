import { add, concatenateColumns, type HeadLayout, nn, type Rows, rope, type Tensor } from "../src/engine.ts";
import { type Block, Llama, spreads } from "./llama.ts";
import { type LlamaConfig, readLlamaConfig } from "./llama_config.ts";

/** OLMo 2 (arXiv 2501.00656): Llama with its norms after attention and MLP, and an RMS norm over all queries of a token, and all keys. */
export function olmo2Config(json: Readonly<Record<string, unknown>>): LlamaConfig {
  return readLlamaConfig(json, {
    model_type: "olmo2",
    className: "Olmo2",
    attentionBias: "key",
    mlpBias: "none",
    queryKeyNorm: false,
    maxPositions: 2048,
    rmsNormEps: 1e-5,
  });
}

class Olmo2Attention extends nn.Module {
  readonly q_proj: nn.Linear;
  readonly k_proj: nn.Linear;
  readonly v_proj: nn.Linear;
  readonly q_norm: nn.RMSNorm;
  readonly k_norm: nn.RMSNorm;
  readonly o_proj: nn.Linear;
  readonly rotary: nn.RotaryEmbedding;
  readonly layout: HeadLayout;

  constructor(config: LlamaConfig, rotary: nn.RotaryEmbedding) {
    super();
    const { hidden_size, num_attention_heads: heads, num_key_value_heads: keyValueHeads, head_dim: headDim } = config;
    const { rms_norm_eps: eps, attention_bias: bias } = config;
    const { std, outputStd } = spreads(config);
    this.q_proj = new nn.Linear(hidden_size, heads * headDim, { bias, std });
    this.k_proj = new nn.Linear(hidden_size, keyValueHeads * headDim, { bias, std });
    this.v_proj = new nn.Linear(hidden_size, keyValueHeads * headDim, { bias, std });
    this.q_norm = new nn.RMSNorm(heads * headDim, eps);
    this.k_norm = new nn.RMSNorm(keyValueHeads * headDim, eps);
    this.o_proj = new nn.Linear(heads * headDim, hidden_size, { bias: config.attention_output_bias, std: outputStd });
    this.rotary = rotary;
    this.layout = { heads, keyValueHeads, headDim };
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor, rows: Rows): Tensor {
    const queries = this.q_norm.forward(this.q_proj.forward(x)); // [N, H D]
    const keys = this.k_norm.forward(this.k_proj.forward(x)); // [N, K D]
    const qkv = concatenateColumns([queries, keys, this.v_proj.forward(x)]); // [N, (H + 2K) D]
    const rotated = rope(qkv, rows.positions, this.rotary.table.tensor, this.layout);
    return this.o_proj.forward(nn.attend(this, rotated, rows, this.layout));
  }
}

class Olmo2Block extends nn.Module implements Block {
  readonly self_attn: Olmo2Attention;
  readonly post_attention_layernorm: nn.RMSNorm;
  readonly mlp: nn.GatedMlp;
  readonly post_feedforward_layernorm: nn.RMSNorm;

  constructor(config: LlamaConfig, rotary: nn.RotaryEmbedding) {
    super();
    const { hidden_size, intermediate_size, rms_norm_eps } = config;
    this.self_attn = new Olmo2Attention(config, rotary);
    this.post_attention_layernorm = new nn.RMSNorm(hidden_size, rms_norm_eps);
    this.mlp = new nn.GatedMlp(hidden_size, intermediate_size, spreads(config));
    this.post_feedforward_layernorm = new nn.RMSNorm(hidden_size, rms_norm_eps);
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor, rows: Rows): Tensor {
    const attended = add(x, this.post_attention_layernorm.forward(this.self_attn.forward(x, rows)));
    return add(attended, this.post_feedforward_layernorm.forward(this.mlp.forward(attended)));
  }
}

export class Olmo2 extends Llama {
  constructor(config: LlamaConfig) {
    super(config, (own, rotary) => new Olmo2Block(own, rotary));
  }
}
