import { type LanguageModelConfig, nn, type RopeScaling, type Rows, type Tensor } from "../src/engine.js";
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
export declare function llamaConfig(json: Readonly<Record<string, unknown>>, family?: Partial<LlamaConfig>): LlamaConfig;
export declare class LlamaBlock extends nn.Module {
    readonly input_layernorm: nn.RMSNorm;
    readonly self_attn: nn.CausalSelfAttention;
    readonly post_attention_layernorm: nn.RMSNorm;
    readonly mlp: nn.GatedMlp;
    constructor(config: LlamaConfig, rotary: nn.RotaryEmbedding);
    /** x: [N, C] -> [N, C] */
    forward(x: Tensor, rows: Rows): Tensor;
}
declare class LlamaModel extends nn.Module {
    readonly embed_tokens: nn.Embedding;
    readonly layers: readonly LlamaBlock[];
    readonly norm: nn.RMSNorm;
    constructor(config: LlamaConfig);
    /** tokens: [N] -> [N, C] */
    forward(tokens: Tensor, rows: Rows): Tensor;
}
export declare class Llama extends nn.LanguageModel {
    readonly model: LlamaModel;
    readonly lm_head: nn.Linear | undefined;
    readonly vocabSize: number;
    readonly contextLength: number;
    readonly hiddenSize: number;
    constructor(config: LlamaConfig);
    forward(tokens: Tensor, rows: Rows): Tensor;
    head(): nn.Parameter;
}
export {};
