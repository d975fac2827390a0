import {
  add,
  gelu,
  type HeadLayout,
  LARGEST,
  type LanguageModelConfig,
  nn,
  type Rows,
  readCommonKeys,
  readConfig,
  scope,
  type Tensor,
} from "../src/engine.ts";
import { readNamed, requireDivisor, SUMMARY, TANH_GELU } from "./gpt_config.ts";

/** GPT-2 (Radford et al. 2019). Keys are Hugging Face's. */
export interface Gpt2Config extends LanguageModelConfig {
  readonly n_embd: number;
  readonly n_layer: number;
  readonly n_head: number;
  readonly n_positions: number;
  readonly n_inner: number;
  readonly layer_norm_epsilon: number;
  readonly initializer_range: number;
  readonly tie_word_embeddings: boolean;
}

export function gpt2Config(json: Readonly<Record<string, unknown>>): Gpt2Config {
  const read = readConfig(json);
  readCommonKeys(read, ["GPT2LMHeadModel", "GPT2Model", "GPT2DoubleHeadsModel"]);
  read.oneOf("activation_function", TANH_GELU, "gelu_new");
  if (!read.flag("scale_attn_weights", true)) read.refuse("scale_attn_weights", "true or absent");
  if (read.flag("scale_attn_by_inverse_layer_idx", false)) read.refuse("scale_attn_by_inverse_layer_idx", "false or absent");
  const n_embd = readNamed(read, "n_embd", "hidden_size", LARGEST.width);
  const n_head = readNamed(read, "n_head", "num_attention_heads", LARGEST.heads);
  requireDivisor(["n_head", n_head], ["n_embd", n_embd]);
  const n_positions = readNamed(read, "n_positions", "max_position_embeddings", LARGEST.positions, 1024);
  if (read.integer("n_ctx", n_positions) !== n_positions) read.refuse("n_ctx", `n_positions (${n_positions}), or absent`);
  const config = {
    model_type: "gpt2",
    vocab_size: read.integer("vocab_size", undefined, LARGEST.vocabulary),
    n_embd,
    n_layer: readNamed(read, "n_layer", "num_hidden_layers", LARGEST.layers),
    n_head,
    n_positions,
    n_inner: read.integer("n_inner", 4 * n_embd, LARGEST.width),
    layer_norm_epsilon: read.eps("layer_norm_epsilon", 1e-5),
    initializer_range: read.number("initializer_range", 0.02, { min: 0, max: 10 }),
    tie_word_embeddings: read.flag("tie_word_embeddings", true),
  };
  read.refuseOthers(["model_type", ...SUMMARY]);
  return config;
}

class Gpt2Attention extends nn.Module {
  readonly c_attn: nn.Conv1D;
  readonly c_proj: nn.Conv1D;
  readonly layout: HeadLayout;

  constructor(config: Gpt2Config) {
    super();
    const std = config.initializer_range;
    this.c_attn = new nn.Conv1D(config.n_embd, 3 * config.n_embd, std);
    this.c_proj = new nn.Conv1D(config.n_embd, config.n_embd, std / Math.sqrt(2 * config.n_layer));
    this.layout = { heads: config.n_head, keyValueHeads: config.n_head, headDim: config.n_embd / config.n_head };
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor, rows: Rows): Tensor {
    return this.c_proj.forward(nn.attend(this, this.c_attn.forward(x), rows, this.layout));
  }
}

class Gpt2Mlp extends nn.Module {
  readonly c_fc: nn.Conv1D;
  readonly c_proj: nn.Conv1D;

  constructor(config: Gpt2Config) {
    super();
    const std = config.initializer_range;
    this.c_fc = new nn.Conv1D(config.n_embd, config.n_inner, std);
    this.c_proj = new nn.Conv1D(config.n_inner, config.n_embd, std / Math.sqrt(2 * config.n_layer));
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor): Tensor {
    return this.c_proj.forward(gelu(this.c_fc.forward(x)));
  }
}

class Gpt2Block extends nn.Module {
  readonly ln_1: nn.LayerNorm;
  readonly attn: Gpt2Attention;
  readonly ln_2: nn.LayerNorm;
  readonly mlp: Gpt2Mlp;

  constructor(config: Gpt2Config) {
    super();
    this.ln_1 = new nn.LayerNorm(config.n_embd, config.layer_norm_epsilon);
    this.attn = new Gpt2Attention(config);
    this.ln_2 = new nn.LayerNorm(config.n_embd, config.layer_norm_epsilon);
    this.mlp = new Gpt2Mlp(config);
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor, rows: Rows): Tensor {
    const attended = add(x, this.attn.forward(this.ln_1.forward(x), rows));
    return add(attended, this.mlp.forward(this.ln_2.forward(attended)));
  }
}

class Gpt2Transformer extends nn.Module {
  readonly wte: nn.Embedding;
  readonly wpe: nn.Embedding;
  readonly h: readonly Gpt2Block[];
  readonly ln_f: nn.LayerNorm;

  constructor(config: Gpt2Config) {
    super();
    this.wte = new nn.Embedding(config.vocab_size, config.n_embd, config.initializer_range);
    this.wpe = new nn.Embedding(config.n_positions, config.n_embd, config.initializer_range);
    this.h = Array.from({ length: config.n_layer }, () => new Gpt2Block(config));
    this.ln_f = new nn.LayerNorm(config.n_embd, config.layer_norm_epsilon);
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

export class Gpt2 extends nn.LanguageModel {
  readonly transformer: Gpt2Transformer;
  readonly lm_head: nn.Linear | undefined;
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly hiddenSize: number;
  override readonly sharesRows = true;

  constructor(config: Gpt2Config) {
    super();
    this.transformer = new Gpt2Transformer(config);
    this.lm_head = config.tie_word_embeddings
      ? undefined
      : new nn.Linear(config.n_embd, config.vocab_size, { std: config.initializer_range });
    this.vocabSize = config.vocab_size;
    this.contextLength = config.n_positions;
    this.hiddenSize = config.n_embd;
  }

  forward(tokens: Tensor, rows: Rows): Tensor {
    return this.transformer.forward(tokens, rows);
  }

  head(): nn.Parameter {
    return (this.lm_head ?? this.transformer.wte).weight;
  }
}
