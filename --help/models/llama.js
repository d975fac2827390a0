import { add, checkHeads, EngineError, LARGEST, nn, readConfig, scope, } from "../src/engine.js";
/** Reads a Hugging Face config.json; `family` fixes what the model type implies. */
export function llamaConfig(json, family = {}) {
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
function refuseTrue(read, keys) {
    const key = keys.find((name) => read.flag(name, false));
    if (key)
        throw new EngineError(`config.json: ${key} is true; it must be false, because this model is built without it`);
}
export class LlamaBlock extends nn.Module {
    input_layernorm;
    self_attn;
    post_attention_layernorm;
    mlp;
    constructor(config, rotary) {
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
    forward(x, rows) {
        const attended = add(x, this.self_attn.forward(this.input_layernorm.forward(x), rows));
        return add(attended, this.mlp.forward(this.post_attention_layernorm.forward(attended)));
    }
}
class LlamaModel extends nn.Module {
    embed_tokens;
    layers;
    norm;
    constructor(config) {
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
    forward(tokens, rows) {
        let x = this.embed_tokens.forward(tokens);
        this.layers.forEach((layer, i) => {
            x = scope(`layers.${i}`, () => layer.forward(x, rows));
        });
        return this.norm.forward(x);
    }
}
export class Llama extends nn.LanguageModel {
    model;
    lm_head;
    vocabSize;
    contextLength;
    hiddenSize;
    constructor(config) {
        super();
        this.model = new LlamaModel(config);
        this.lm_head = config.tie_word_embeddings
            ? undefined
            : new nn.Linear(config.hidden_size, config.vocab_size, { std: config.initializer_range });
        this.vocabSize = config.vocab_size;
        this.contextLength = config.max_position_embeddings;
        this.hiddenSize = config.hidden_size;
    }
    forward(tokens, rows) {
        return this.model.forward(tokens, rows);
    }
    head() {
        return (this.lm_head ?? this.model.embed_tokens).weight;
    }
}
