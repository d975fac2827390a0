import { nn, type Rows, type Tensor } from "../src/engine.ts";

/** The layers of a model, whose tensors begin with `model.` in its files: [N] tokens -> [N, C], of which the head makes logits. */
interface Body extends nn.Module {
  readonly embed_tokens: nn.Embedding;
  forward(tokens: Tensor, rows: Rows): Tensor;
}

interface HeadedConfig {
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly max_position_embeddings: number;
  readonly tie_word_embeddings: boolean;
  readonly initializer_range: number;
  readonly final_logit_softcapping?: number | undefined;
}

/** Layers, and a head of their own or the embedding: Llama and its relatives, Gemma, LFM2 and nanochat. */
export class HeadedModel extends nn.LanguageModel {
  readonly model: Body;
  readonly lm_head: nn.Linear | undefined;
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly hiddenSize: number;
  override readonly sharesRows: boolean;
  override readonly logitCap: number | undefined;

  /** `sharesRows` says whether rows meet in attention alone, as they do in most. */
  constructor(config: HeadedConfig, model: Body, { sharesRows = true }: { readonly sharesRows?: boolean } = {}) {
    super();
    const { vocab_size, hidden_size, initializer_range: std } = config;
    this.model = model;
    this.lm_head = config.tie_word_embeddings ? undefined : new nn.Linear(hidden_size, vocab_size, { std });
    this.vocabSize = vocab_size;
    this.contextLength = config.max_position_embeddings;
    this.hiddenSize = hidden_size;
    this.sharesRows = sharesRows;
    this.logitCap = config.final_logit_softcapping;
  }

  forward(tokens: Tensor, rows: Rows): Tensor {
    return this.model.forward(tokens, rows);
  }

  head(): nn.Parameter {
    return (this.lm_head ?? this.model.embed_tokens).weight;
  }
}
