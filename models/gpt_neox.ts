import { add, gelu, type HeadLayout, nn, type Rows, rope, scope, type Tensor, transposeColumns } from "../src/engine.ts";
import type { GptNeoXConfig } from "./gpt_neox_config.ts";

class GptNeoXAttention extends nn.Module {
  readonly query_key_value: nn.Linear;
  readonly dense: nn.Linear;
  readonly rotary: nn.RotaryEmbedding;
  readonly layout: HeadLayout;

  constructor(config: GptNeoXConfig, rotary: nn.RotaryEmbedding) {
    super();
    const { hidden_size, num_attention_heads: heads, num_hidden_layers, initializer_range: std, attention_bias: bias } = config;
    this.query_key_value = new nn.Linear(hidden_size, 3 * hidden_size, { bias, std });
    this.dense = new nn.Linear(hidden_size, hidden_size, { bias, std: std / Math.sqrt(2 * num_hidden_layers) });
    this.rotary = rotary;
    this.layout = { heads, keyValueHeads: heads, headDim: hidden_size / heads };
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor, rows: Rows): Tensor {
    const ofHeads = this.query_key_value.forward(x); // [N, H 3 D]: the query, key and value of a head lie together
    const qkv = transposeColumns(ofHeads, { groups: this.layout.heads, blocks: 3 }); // [N, 3 H D]
    const rotated = rope(qkv, rows.positions, this.rotary.table.tensor, this.layout);
    return this.dense.forward(nn.attend(this, rotated, rows, this.layout));
  }
}

class GptNeoXMlp extends nn.Module {
  readonly dense_h_to_4h: nn.Linear;
  readonly dense_4h_to_h: nn.Linear;
  readonly form: GptNeoXConfig["gelu"];

  constructor({ hidden_size, intermediate_size, num_hidden_layers, initializer_range: std, gelu: form }: GptNeoXConfig) {
    super();
    this.dense_h_to_4h = new nn.Linear(hidden_size, intermediate_size, { bias: true, std });
    this.dense_4h_to_h = new nn.Linear(intermediate_size, hidden_size, { bias: true, std: std / Math.sqrt(2 * num_hidden_layers) });
    this.form = form;
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor): Tensor {
    return this.dense_4h_to_h.forward(gelu(this.dense_h_to_4h.forward(x), this.form));
  }
}

class GptNeoXBlock extends nn.Module {
  readonly input_layernorm: nn.LayerNorm;
  readonly post_attention_layernorm: nn.LayerNorm;
  readonly attention: GptNeoXAttention;
  readonly mlp: GptNeoXMlp;
  readonly isParallel: boolean;

  constructor(config: GptNeoXConfig, rotary: nn.RotaryEmbedding) {
    super();
    this.input_layernorm = new nn.LayerNorm(config.hidden_size, config.layer_norm_eps);
    this.post_attention_layernorm = new nn.LayerNorm(config.hidden_size, config.layer_norm_eps);
    this.attention = new GptNeoXAttention(config, rotary);
    this.mlp = new GptNeoXMlp(config);
    this.isParallel = config.use_parallel_residual;
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor, rows: Rows): Tensor {
    const attended = add(x, this.attention.forward(this.input_layernorm.forward(x), rows));
    // In the parallel form the MLP reads what attention reads, not what it adds.
    const read = this.isParallel ? x : attended;
    return add(attended, this.mlp.forward(this.post_attention_layernorm.forward(read)));
  }
}

class GptNeoXModel extends nn.Module {
  readonly embed_in: nn.Embedding;
  readonly layers: readonly GptNeoXBlock[];
  readonly final_layer_norm: nn.LayerNorm;

  constructor(config: GptNeoXConfig) {
    super();
    const rotary = new nn.RotaryEmbedding({ positions: config.max_position_embeddings, headDim: config.rotary_width, ...config.rope });
    this.embed_in = new nn.Embedding(config.vocab_size, config.hidden_size, config.initializer_range);
    this.layers = Array.from({ length: config.num_hidden_layers }, () => new GptNeoXBlock(config, rotary));
    this.final_layer_norm = new nn.LayerNorm(config.hidden_size, config.layer_norm_eps);
  }

  /** tokens: [N] -> [N, C] */
  forward(tokens: Tensor, rows: Rows): Tensor {
    let x = this.embed_in.forward(tokens);
    this.layers.forEach((layer, i) => {
      x = scope(`layers.${i}`, () => layer.forward(x, rows));
    });
    return this.final_layer_norm.forward(x);
  }
}

/** GPT-NeoX (Black et al. 2022, arXiv 2204.06745), the architecture of Pythia (Biderman et al. 2023, arXiv 2304.01373). */
export class GptNeoX extends nn.LanguageModel {
  readonly gpt_neox: GptNeoXModel;
  readonly embed_out: nn.Linear | undefined;
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly hiddenSize: number;
  override readonly sharesRows = true;

  constructor(config: GptNeoXConfig) {
    super();
    this.gpt_neox = new GptNeoXModel(config);
    this.embed_out = config.tie_word_embeddings
      ? undefined
      : new nn.Linear(config.hidden_size, config.vocab_size, { std: config.initializer_range });
    this.vocabSize = config.vocab_size;
    this.contextLength = config.max_position_embeddings;
    this.hiddenSize = config.hidden_size;
  }

  forward(tokens: Tensor, rows: Rows): Tensor {
    return this.gpt_neox.forward(tokens, rows);
  }

  head(): nn.Parameter {
    return (this.embed_out ?? this.gpt_neox.embed_in).weight;
  }
}
