import { type LanguageModelConfig, nn, type Rows, type Tensor } from "../src/engine.js";
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
export declare function gpt2Config(json: Readonly<Record<string, unknown>>): Gpt2Config;
declare class Gpt2Attention extends nn.Module {
    readonly c_attn: nn.Conv1D;
    readonly c_proj: nn.Conv1D;
    readonly layout: {
        readonly heads: number;
        readonly keyValueHeads: number;
        readonly headDim: number;
    };
    constructor(config: Gpt2Config);
    /** x: [N, C] -> [N, C] */
    forward(x: Tensor, rows: Rows): Tensor;
}
declare class Gpt2Mlp extends nn.Module {
    readonly c_fc: nn.Conv1D;
    readonly c_proj: nn.Conv1D;
    constructor(config: Gpt2Config);
    /** x: [N, C] -> [N, C] */
    forward(x: Tensor): Tensor;
}
declare class Gpt2Block extends nn.Module {
    readonly ln_1: nn.LayerNorm;
    readonly attn: Gpt2Attention;
    readonly ln_2: nn.LayerNorm;
    readonly mlp: Gpt2Mlp;
    constructor(config: Gpt2Config);
    /** x: [N, C] -> [N, C] */
    forward(x: Tensor, rows: Rows): Tensor;
}
declare class Gpt2Transformer extends nn.Module {
    readonly wte: nn.Embedding;
    readonly wpe: nn.Embedding;
    readonly h: readonly Gpt2Block[];
    readonly ln_f: nn.LayerNorm;
    constructor(config: Gpt2Config);
    /** tokens: [N] -> [N, C] */
    forward(tokens: Tensor, rows: Rows): Tensor;
}
export declare class Gpt2 extends nn.LanguageModel {
    readonly transformer: Gpt2Transformer;
    readonly lm_head: nn.Linear | undefined;
    readonly vocabSize: number;
    readonly contextLength: number;
    readonly hiddenSize: number;
    constructor(config: Gpt2Config);
    forward(tokens: Tensor, rows: Rows): Tensor;
    head(): nn.Parameter;
}
export {};
