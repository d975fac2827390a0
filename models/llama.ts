import { add, nn, type Rows, scale, scope, type Tensor } from "../src/engine.ts";
import { HeadedModel } from "./headed_model.ts";
import { type LlamaConfig, readLlamaConfig } from "./llama_config.ts";

/** Llama (Touvron et al. 2023, arXiv 2302.13971). */
export function llamaConfig(json: Readonly<Record<string, unknown>>): LlamaConfig {
  return readLlamaConfig(json, {
    model_type: "llama",
    className: "Llama",
    attentionBias: "key",
    mlpBias: "key",
    queryKeyNorm: false,
    maxPositions: 2048,
  });
}

/** A layer of the residual stream, [N, C] -> [N, C]. */
export interface Block extends nn.Module {
  forward(x: Tensor, rows: Rows): Tensor;
}

/** What may differ from layer to layer. */
export interface Attention {
  /** Undefined where tokens attend without positions. */
  readonly rotary: nn.RotaryEmbedding | undefined;
  /** Undefined where a token attends to all before it. */
  readonly window: number | undefined;
}

/** Only Granite has factors. */
export const times = (x: Tensor, factor: number): Tensor => (factor === 1 ? x : scale(x, factor));

/**
 * Standard deviations of weights that begin at random. The last layer of a residual branch starts smaller, so that the residual stream does
 * not grow with depth (GPT-2's rule).
 */
export function spreads({
  initializer_range: std,
  num_hidden_layers: layers,
}: Pick<LlamaConfig, "initializer_range" | "num_hidden_layers">) {
  return { std, outputStd: std / Math.sqrt(2 * layers) };
}

export function attentionOf(config: LlamaConfig, { rotary, window }: Attention): nn.CausalSelfAttention {
  return new nn.CausalSelfAttention({
    hiddenSize: config.hidden_size,
    heads: config.num_attention_heads,
    keyValueHeads: config.num_key_value_heads,
    headDim: config.head_dim,
    bias: config.attention_bias,
    outputBias: config.attention_output_bias,
    fused: config.fused,
    rotary,
    window,
    scale: config.multipliers.attention,
    ...spreads(config),
    ...(config.query_key_norm ? { queryKeyNormEps: config.rms_norm_eps } : {}),
  });
}

export class LlamaBlock extends nn.Module implements Block {
  readonly input_layernorm: nn.RMSNorm;
  readonly self_attn: nn.CausalSelfAttention;
  readonly post_attention_layernorm: nn.RMSNorm;
  readonly mlp: nn.GatedMlp;
  readonly residual: number;

  constructor(config: LlamaConfig, attention: Attention) {
    super();
    this.input_layernorm = new nn.RMSNorm(config.hidden_size, config.rms_norm_eps);
    this.self_attn = attentionOf(config, attention);
    this.post_attention_layernorm = new nn.RMSNorm(config.hidden_size, config.rms_norm_eps);
    this.mlp = new nn.GatedMlp(config.hidden_size, config.intermediate_size, {
      ...spreads(config),
      bias: config.mlp_bias,
      fused: config.fused,
    });
    this.residual = config.multipliers.residual;
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor, rows: Rows): Tensor {
    const attended = add(x, times(this.self_attn.forward(this.input_layernorm.forward(x), rows), this.residual));
    return add(attended, times(this.mlp.forward(this.post_attention_layernorm.forward(attended)), this.residual));
  }
}

/** Makes a layer of a relative of Llama, of those from 0 on. */
type MakeBlock = (config: LlamaConfig, rotary: nn.RotaryEmbedding, layer: number) => Block;

const llamaBlock: MakeBlock = (config, rotary, layer) => new LlamaBlock(config, { rotary, window: config.windows[layer] });

class LlamaModel extends nn.Module {
  readonly embed_tokens: nn.Embedding;
  readonly layers: readonly Block[];
  readonly norm: nn.RMSNorm;
  readonly multipliers: LlamaConfig["multipliers"];

  constructor(config: LlamaConfig, block: MakeBlock) {
    super();
    const rotary = new nn.RotaryEmbedding({
      positions: config.max_position_embeddings,
      headDim: config.rotary_width,
      theta: config.rope_theta,
      ...(config.rope_scaling ? { scaling: config.rope_scaling } : {}),
    });
    this.embed_tokens = new nn.Embedding(config.vocab_size, config.hidden_size, config.initializer_range);
    this.layers = Array.from({ length: config.num_hidden_layers }, (_, layer) => block(config, rotary, layer));
    this.norm = new nn.RMSNorm(config.hidden_size, config.rms_norm_eps);
    this.multipliers = config.multipliers;
  }

  /** tokens: [N] -> [N, C], of which the head makes logits */
  forward(tokens: Tensor, rows: Rows): Tensor {
    let x = times(this.embed_tokens.forward(tokens), this.multipliers.embedding);
    this.layers.forEach((layer, i) => {
      x = scope(`layers.${i}`, () => layer.forward(x, rows));
    });
    return times(this.norm.forward(x), 1 / this.multipliers.logits);
  }
}

export class Llama extends HeadedModel {
  constructor(config: LlamaConfig, block: MakeBlock = llamaBlock) {
    super(config, new LlamaModel(config, block));
  }
}
