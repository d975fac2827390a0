import { add, EngineError, gelu, LARGEST, nn, readConfig, scope } from "../src/engine.js";
export function gpt2Config(json) {
    const read = readConfig(json);
    // The gelu of this model is the tanh approximation; another activation is another model.
    read.oneOf("activation_function", ["gelu_new", "gelu_pytorch_tanh"], "gelu_new");
    const n_embd = read.integer("n_embd", undefined, LARGEST.width);
    const n_head = read.integer("n_head", undefined, LARGEST.heads);
    if (n_embd % n_head !== 0)
        throw new EngineError(`config.json: n_head is ${n_head}; it must divide n_embd (${n_embd})`);
    return {
        model_type: "gpt2",
        vocab_size: read.integer("vocab_size", undefined, LARGEST.vocabulary),
        n_embd,
        n_layer: read.integer("n_layer", undefined, LARGEST.layers),
        n_head,
        n_positions: read.integer("n_positions", 1024, LARGEST.positions),
        n_inner: read.integer("n_inner", 4 * n_embd, LARGEST.width),
        layer_norm_epsilon: read.eps("layer_norm_epsilon", 1e-5),
        initializer_range: read.number("initializer_range", 0.02, { min: 0, max: 10 }),
        tie_word_embeddings: read.flag("tie_word_embeddings", true),
    };
}
class Gpt2Attention extends nn.Module {
    c_attn;
    c_proj;
    layout;
    constructor(config) {
        super();
        const std = config.initializer_range;
        this.c_attn = new nn.Conv1D(config.n_embd, 3 * config.n_embd, std);
        this.c_proj = new nn.Conv1D(config.n_embd, config.n_embd, std / Math.sqrt(2 * config.n_layer));
        this.layout = { heads: config.n_head, keyValueHeads: config.n_head, headDim: config.n_embd / config.n_head };
    }
    /** x: [N, C] -> [N, C] */
    forward(x, rows) {
        return this.c_proj.forward(nn.attend(this, this.c_attn.forward(x), rows, this.layout));
    }
}
class Gpt2Mlp extends nn.Module {
    c_fc;
    c_proj;
    constructor(config) {
        super();
        const std = config.initializer_range;
        this.c_fc = new nn.Conv1D(config.n_embd, config.n_inner, std);
        this.c_proj = new nn.Conv1D(config.n_inner, config.n_embd, std / Math.sqrt(2 * config.n_layer));
    }
    /** x: [N, C] -> [N, C] */
    forward(x) {
        return this.c_proj.forward(gelu(this.c_fc.forward(x)));
    }
}
class Gpt2Block extends nn.Module {
    ln_1;
    attn;
    ln_2;
    mlp;
    constructor(config) {
        super();
        this.ln_1 = new nn.LayerNorm(config.n_embd, config.layer_norm_epsilon);
        this.attn = new Gpt2Attention(config);
        this.ln_2 = new nn.LayerNorm(config.n_embd, config.layer_norm_epsilon);
        this.mlp = new Gpt2Mlp(config);
    }
    /** x: [N, C] -> [N, C] */
    forward(x, rows) {
        const attended = add(x, this.attn.forward(this.ln_1.forward(x), rows));
        return add(attended, this.mlp.forward(this.ln_2.forward(attended)));
    }
}
class Gpt2Transformer extends nn.Module {
    wte;
    wpe;
    h;
    ln_f;
    constructor(config) {
        super();
        this.wte = new nn.Embedding(config.vocab_size, config.n_embd, config.initializer_range);
        this.wpe = new nn.Embedding(config.n_positions, config.n_embd, config.initializer_range);
        this.h = Array.from({ length: config.n_layer }, () => new Gpt2Block(config));
        this.ln_f = new nn.LayerNorm(config.n_embd, config.layer_norm_epsilon);
    }
    /** tokens: [N] -> [N, C] */
    forward(tokens, rows) {
        let x = add(this.wte.forward(tokens), this.wpe.forward(rows.positions));
        this.h.forEach((block, i) => {
            x = scope(`h.${i}`, () => block.forward(x, rows));
        });
        return this.ln_f.forward(x);
    }
}
export class Gpt2 extends nn.LanguageModel {
    transformer;
    lm_head;
    vocabSize;
    contextLength;
    hiddenSize;
    constructor(config) {
        super();
        this.transformer = new Gpt2Transformer(config);
        this.lm_head = config.tie_word_embeddings
            ? undefined
            : new nn.Linear(config.n_embd, config.vocab_size, { std: config.initializer_range });
        this.vocabSize = config.vocab_size;
        this.contextLength = config.n_positions;
        this.hiddenSize = config.n_embd;
    }
    forward(tokens, rows) {
        return this.transformer.forward(tokens, rows);
    }
    head() {
        return (this.lm_head ?? this.transformer.wte).weight;
    }
}
