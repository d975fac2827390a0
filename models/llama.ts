import {
  add,
  type ConfigReader,
  checkHeads,
  EngineError,
  LARGEST,
  type LanguageModelConfig,
  nn,
  type RopeScaling,
  type Rows,
  readConfig,
  scope,
  type Tensor,
} from "../src/engine.ts";

/** Llama (Touvron et al. 2023, arXiv 2302.13971), and what Qwen2 and Qwen3 change in it. Keys are Hugging Face's. */
export interface LlamaConfig extends LanguageModelConfig {
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  readonly intermediate_size: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
  readonly max_position_embeddings: number;
  readonly rms_norm_eps: number;
  readonly rope_theta: number;
  readonly rope_scaling: RopeScaling | undefined;
  readonly tie_word_embeddings: boolean;
  readonly initializer_range: number;
  /** Qwen2: biases on q, k and v. */
  readonly attention_bias: boolean;
  /** Qwen3: RMS norm of every query and key head. */
  readonly query_key_norm: boolean;
}

/** Reads a Hugging Face config.json; `family` fixes what the model type implies. */
export function llamaConfig(json: Readonly<Record<string, unknown>>, family: Partial<LlamaConfig> = {}): LlamaConfig {
  const read = readConfig(json);
  // What else these keys may say is not built here, and a model that ignores it computes something else in silence.
  read.oneOf("hidden_act", ["silu", "swish"], "silu");
  refuseTrue(read, ["mlp_bias", "use_sliding_window"]);
  const hidden_size = read.integer("hidden_size", undefined, LARGEST.width);
  const num_attention_heads = read.integer("num_attention_heads", undefined, LARGEST.heads);
  const num_key_value_heads = read.integer("num_key_value_heads", num_attention_heads, LARGEST.heads);
  const head_dim = read.integer("head_dim", hidden_size / num_attention_heads, LARGEST.headWidth);
  checkHeads(num_attention_heads, num_key_value_heads, head_dim);
  const positions = Math.floor(LARGEST.angles / head_dim);
  return {
    model_type: read.text("model_type", "llama"),
    vocab_size: read.integer("vocab_size", undefined, LARGEST.vocabulary),
    hidden_size,
    num_hidden_layers: read.integer("num_hidden_layers", undefined, LARGEST.layers),
    intermediate_size: read.integer("intermediate_size", undefined, LARGEST.width),
    num_attention_heads,
    num_key_value_heads,
    head_dim,
    max_position_embeddings: read.integer("max_position_embeddings", 2048, Math.min(LARGEST.positions, positions)),
    rms_norm_eps: read.eps("rms_norm_eps", 1e-6),
    rope_theta: read.number("rope_theta", 10000, { min: 1, max: 1e12 }),
    rope_scaling: read.ropeScaling(),
    tie_word_embeddings: read.flag("tie_word_embeddings", false),
    initializer_range: read.number("initializer_range", 0.02, { min: 0, max: 10 }),
    attention_bias: read.flag("attention_bias", false),
    query_key_norm: false,
    ...family,
  };
}

function refuseTrue(read: ConfigReader, keys: readonly string[]): void {
  const key = keys.find((name) => read.flag(name, false));
  if (key) throw new EngineError(`config.json: ${key} is true; it must be false, because this model is built without it`);
}

export class LlamaBlock extends nn.Module {
  readonly input_layernorm: nn.RMSNorm;
  readonly self_attn: nn.CausalSelfAttention;
  readonly post_attention_layernorm: nn.RMSNorm;
  readonly mlp: nn.GatedMlp;

  constructor(config: LlamaConfig, rotary: nn.RotaryEmbedding) {
    super();
    const std = config.initializer_range;
    // The last layer of a residual branch starts smaller, so that the residual stream does not grow with depth (GPT-2's rule).
    const outputStd = std / Math.sqrt(2 * config.num_hidden_layers);
    this.input_layernorm = new nn.RMSNorm(config.hidden_size, config.rms_norm_eps);
    this.self_attn = new nn.CausalSelfAttention({
      hiddenSize: config.hidden_size,
      heads: config.num_attention_heads,
      keyValueHeads: config.num_key_value_heads,
      headDim: config.head_dim,
      bias: config.attention_bias,
      rotary,
      std,
      outputStd,
      ...(config.query_key_norm ? { queryKeyNormEps: config.rms_norm_eps } : {}),
    });
    this.post_attention_layernorm = new nn.RMSNorm(config.hidden_size, config.rms_norm_eps);
    this.mlp = new nn.GatedMlp(config.hidden_size, config.intermediate_size, { std, outputStd });
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor, rows: Rows): Tensor {
    const attended = add(x, this.self_attn.forward(this.input_layernorm.forward(x), rows));
    return add(attended, this.mlp.forward(this.post_attention_layernorm.forward(attended)));
  }
}

class LlamaModel extends nn.Module {
  readonly embed_tokens: nn.Embedding;
  readonly layers: readonly LlamaBlock[];
  readonly norm: nn.RMSNorm;

  constructor(config: LlamaConfig) {
    super();
    const rotary = new nn.RotaryEmbedding({
      positions: config.max_position_embeddings,
      headDim: config.head_dim,
      theta: config.rope_theta,
      ...(config.rope_scaling ? { scaling: config.rope_scaling } : {}),
    });
    this.embed_tokens = new nn.Embedding(config.vocab_size, config.hidden_size, config.initializer_range);
    this.layers = Array.from({ length: config.num_hidden_layers }, () => new LlamaBlock(config, rotary));
    this.norm = new nn.RMSNorm(config.hidden_size, config.rms_norm_eps);
  }

  /** tokens: [N] -> [N, C] */
  forward(tokens: Tensor, rows: Rows): Tensor {
    let x = this.embed_tokens.forward(tokens);
    this.layers.forEach((layer, i) => {
      x = scope(`layers.${i}`, () => layer.forward(x, rows));
    });
    return this.norm.forward(x);
  }
}

export class Llama extends nn.LanguageModel {
  readonly model: LlamaModel;
  readonly lm_head: nn.Linear | undefined;
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly hiddenSize: number;

  constructor(config: LlamaConfig) {
    super();
    this.model = new LlamaModel(config);
    this.lm_head = config.tie_word_embeddings
      ? undefined
      : new nn.Linear(config.hidden_size, config.vocab_size, { std: config.initializer_range });
    this.vocabSize = config.vocab_size;
    this.contextLength = config.max_position_embeddings;
    this.hiddenSize = config.hidden_size;
  }

  forward(tokens: Tensor, rows: Rows): Tensor {
    return this.model.forward(tokens, rows);
  }

  head(): nn.Parameter {
    return (this.lm_head ?? this.model.embed_tokens).weight;
  }
}
