import { add, gelu, type HeadLayout, nn, type Rows, scope, type Tensor } from "../src/engine.ts";
import type { GptNeoConfig } from "./gpt_neo_config.ts";

class GptNeoSelfAttention extends nn.Module {
  readonly qkv_proj: nn.Linear;
  readonly out_proj: nn.Linear;
  readonly layout: HeadLayout;
  readonly window: number | undefined;

  constructor({ hidden_size: width, num_heads: heads, initializer_range: std }: GptNeoConfig, window: number | undefined) {
    super();
    this.qkv_proj = nn.fusedLinear(width, { q_proj: width, k_proj: width, v_proj: width }, { std });
    this.out_proj = new nn.Linear(width, width, { bias: true, std });
    // GPT-Neo does not divide scores by the root of a head's width.
    this.layout = { heads, keyValueHeads: heads, headDim: width / heads, scale: 1 };
    this.window = window;
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor, rows: Rows): Tensor {
    return this.out_proj.forward(nn.attend(this, this.qkv_proj.forward(x), rows, this.layout, this.window));
  }
}

/** Checkpoints name what attends `attn.attention`. */
class GptNeoAttention extends nn.Module {
  readonly attention: GptNeoSelfAttention;

  constructor(config: GptNeoConfig, window: number | undefined) {
    super();
    this.attention = new GptNeoSelfAttention(config, window);
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor, rows: Rows): Tensor {
    return this.attention.forward(x, rows);
  }
}

class GptNeoMlp extends nn.Module {
  readonly c_fc: nn.Linear;
  readonly c_proj: nn.Linear;

  constructor({ hidden_size, intermediate_size, initializer_range: std }: GptNeoConfig) {
    super();
    this.c_fc = new nn.Linear(hidden_size, intermediate_size, { bias: true, std });
    this.c_proj = new nn.Linear(intermediate_size, hidden_size, { bias: true, std });
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor): Tensor {
    return this.c_proj.forward(gelu(this.c_fc.forward(x)));
  }
}

class GptNeoBlock extends nn.Module {
  readonly ln_1: nn.LayerNorm;
  readonly attn: GptNeoAttention;
  readonly ln_2: nn.LayerNorm;
  readonly mlp: GptNeoMlp;

  constructor(config: GptNeoConfig, window: number | undefined) {
    super();
    this.ln_1 = new nn.LayerNorm(config.hidden_size, config.layer_norm_epsilon);
    this.attn = new GptNeoAttention(config, window);
    this.ln_2 = new nn.LayerNorm(config.hidden_size, config.layer_norm_epsilon);
    this.mlp = new GptNeoMlp(config);
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor, rows: Rows): Tensor {
    const attended = add(x, this.attn.forward(this.ln_1.forward(x), rows));
    return add(attended, this.mlp.forward(this.ln_2.forward(attended)));
  }
}

class GptNeoTransformer extends nn.Module {
  readonly wte: nn.Embedding;
  readonly wpe: nn.Embedding;
  readonly h: readonly GptNeoBlock[];
  readonly ln_f: nn.LayerNorm;

  constructor(config: GptNeoConfig) {
    super();
    const { hidden_size, max_position_embeddings: positions, initializer_range: std } = config;
    this.wte = new nn.Embedding(config.vocab_size, hidden_size, std);
    this.wpe = new nn.Embedding(positions, hidden_size, std);
    // No sequence is longer than `positions`, so that a window of as many holds all of it.
    const window = config.window_size < positions ? config.window_size : undefined;
    this.h = config.attention_layers.map((type) => new GptNeoBlock(config, type === "local" ? window : undefined));
    this.ln_f = new nn.LayerNorm(hidden_size, config.layer_norm_epsilon);
  }

  /** tokens: [N] -> [N, C] */
  forward(tokens: Tensor, rows: Rows): Tensor {
    let x = add(this.wte.forward(tokens), this.wpe.forward(rows.positions));
    this.h.forEach((block, i) => {
      x = scope(`h.${i}`, () => block.forward(x, rows));
    });
    return this.ln_f.forward(x);
  }
}

/** GPT-Neo (EleutherAI, 2021), and the TinyStories models (arXiv 2305.07759). */
export class GptNeo extends nn.LanguageModel {
  readonly transformer: GptNeoTransformer;
  readonly lm_head: nn.Linear | undefined;
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly hiddenSize: number;
  override readonly sharesRows = true;

  constructor(config: GptNeoConfig) {
    super();
    this.transformer = new GptNeoTransformer(config);
    this.lm_head = config.tie_word_embeddings
      ? undefined
      : new nn.Linear(config.hidden_size, config.vocab_size, { std: config.initializer_range });
    this.vocabSize = config.vocab_size;
    this.contextLength = config.max_position_embeddings;
    this.hiddenSize = config.hidden_size;
  }

  forward(tokens: Tensor, rows: Rows): Tensor {
    return this.transformer.forward(tokens, rows);
  }

  head(): nn.Parameter {
    return (this.lm_head ?? this.transformer.wte).weight;
  }
}
