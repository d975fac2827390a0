import { createRandom } from "../../src/random.ts";
import type { FloatTensor } from "./float64_layers.ts";
import { lfm2Attends, lfm2Inner } from "./float64_lfm2.ts";

type Config = Readonly<Record<string, unknown>>;

const isGemma = (family: unknown): boolean => family === "gemma2" || family === "gemma3_text";

/** Random tensors under the names that Hugging Face gives them, with the shapes that a config.json asks for. */
export function randomCheckpoint(config: Config, seed = 1): Map<string, FloatTensor> {
  const random = createRandom(seed);
  const shapes = (
    { gpt2: gpt2Shapes, gpt_neo: gptNeoShapes, gpt_neox: gptNeoXShapes, lfm2: lfm2Shapes }[config.model_type as string] ?? llamaShapes
  )(config);
  return new Map(
    shapes.map(([name, ...shape]) => {
      const norm = /norm|ln_/.test(name) && name.endsWith("weight") && !isGemma(config.model_type); // Gemma keeps them less 1
      const length = shape.reduce((a, b) => a * b, 1);
      return [name, { shape, data: Float32Array.from({ length }, () => (norm ? 1 : 0) + 0.25 * random.normal()) }];
    }),
  );
}

type Shapes = [name: string, ...shape: number[]][];

function gpt2Shapes(config: Config): Shapes {
  const width = config.n_embd as number;
  const inner = (config.n_inner as number | null | undefined) ?? 4 * width;
  const vocabulary = config.vocab_size as number;
  const both = (name: string, first: number, ...rest: number[]): Shapes => [
    [`${name}.weight`, first, ...rest],
    [`${name}.bias`, rest[0] ?? first],
  ];
  return [
    ["transformer.wte.weight", vocabulary, width],
    ["transformer.wpe.weight", config.n_positions as number, width],
    ...Array.from({ length: config.n_layer as number }, (_, i) => `transformer.h.${i}`).flatMap((block) => [
      ...both(`${block}.ln_1`, width),
      ...both(`${block}.attn.c_attn`, width, 3 * width),
      ...both(`${block}.attn.c_proj`, width, width),
      ...both(`${block}.ln_2`, width),
      ...both(`${block}.mlp.c_fc`, width, inner),
      ...both(`${block}.mlp.c_proj`, inner, width),
    ]),
    ...both("transformer.ln_f", width),
    ...(config.tie_word_embeddings === false ? ([["lm_head.weight", vocabulary, width]] as Shapes) : []),
  ];
}

function gptNeoShapes(config: Config): Shapes {
  const [width, vocabulary] = [config.hidden_size, config.vocab_size] as [number, number];
  const inner = (config.intermediate_size as number | null | undefined) ?? 4 * width;
  const both = (name: string, first: number, ...rest: number[]): Shapes => [
    [`${name}.weight`, first, ...rest],
    [`${name}.bias`, first],
  ];
  return [
    ["transformer.wte.weight", vocabulary, width],
    ["transformer.wpe.weight", config.max_position_embeddings as number, width],
    ...Array.from({ length: config.num_layers as number }, (_, i) => `transformer.h.${i}`).flatMap((block) => [
      ...both(`${block}.ln_1`, width),
      ...["q", "k", "v"].map((name) => [`${block}.attn.attention.${name}_proj.weight`, width, width] as Shapes[number]),
      ...both(`${block}.attn.attention.out_proj`, width, width),
      ...both(`${block}.ln_2`, width),
      ...both(`${block}.mlp.c_fc`, inner, width),
      ...both(`${block}.mlp.c_proj`, width, inner),
    ]),
    ...both("transformer.ln_f", width),
    ...(config.tie_word_embeddings === false ? ([["lm_head.weight", vocabulary, width]] as Shapes) : []),
  ];
}

function gptNeoXShapes(config: Config): Shapes {
  const [width, inner, vocabulary] = [config.hidden_size, config.intermediate_size, config.vocab_size] as [number, number, number];
  const attentionBias = config.attention_bias !== false;
  const both = (name: string, bias: boolean, first: number, ...rest: number[]): Shapes => [
    [`${name}.weight`, first, ...rest],
    ...(bias ? ([[`${name}.bias`, first]] as Shapes) : []),
  ];
  return [
    ["gpt_neox.embed_in.weight", vocabulary, width],
    ...Array.from({ length: config.num_hidden_layers as number }, (_, i) => `gpt_neox.layers.${i}`).flatMap((block) => [
      ...both(`${block}.input_layernorm`, true, width),
      ...both(`${block}.post_attention_layernorm`, true, width),
      ...both(`${block}.attention.query_key_value`, attentionBias, 3 * width, width),
      ...both(`${block}.attention.dense`, attentionBias, width, width),
      ...both(`${block}.mlp.dense_h_to_4h`, true, inner, width),
      ...both(`${block}.mlp.dense_4h_to_h`, true, width, inner),
    ]),
    ...both("gpt_neox.final_layer_norm", true, width),
    ...(config.tie_word_embeddings === true ? [] : ([["embed_out.weight", vocabulary, width]] as Shapes)),
  ];
}

function lfm2Shapes(config: Config): Shapes {
  const number = (key: string, otherwise?: number): number => (config[key] ?? otherwise) as number;
  const [width, queries, inner] = [number("hidden_size"), number("num_attention_heads"), lfm2Inner(config)];
  const head = number("head_dim", width / queries);
  const dense = (name: string, rows: number, ...columns: number[]): Shapes => [
    [`${name}.weight`, rows, ...columns],
    ...(name.includes(".conv.") && config.conv_bias === true ? ([[`${name}.bias`, rows]] as Shapes) : []),
  ];
  return [
    ["model.embed_tokens.weight", number("vocab_size"), width],
    ...Array.from({ length: number("num_hidden_layers") }, (_, i) => i).flatMap((i) => {
      const [block, attention, conv] = ["", ".self_attn", ".conv"].map((part) => `model.layers.${i}${part}`) as [string, string, string];
      const keys = number("num_key_value_heads", 8) * head;
      return [
        ...dense(`${block}.operator_norm`, width),
        ...(lfm2Attends(config, i)
          ? [
              ...dense(`${attention}.q_proj`, queries * head, width),
              ...["k_proj", "v_proj"].flatMap((name) => dense(`${attention}.${name}`, keys, width)),
              ...["q_layernorm", "k_layernorm"].flatMap((name) => dense(`${attention}.${name}`, head)),
              ...dense(`${attention}.out_proj`, width, queries * head),
            ]
          : [
              ...dense(`${conv}.in_proj`, 3 * width, width),
              ...dense(`${conv}.conv`, width, 1, number("conv_L_cache", 3)),
              ...dense(`${conv}.out_proj`, width, width),
            ]),
        ...dense(`${block}.ffn_norm`, width),
        ...["w1", "w3"].flatMap((name) => dense(`${block}.feed_forward.${name}`, inner, width)),
        ...dense(`${block}.feed_forward.w2`, width, inner),
      ];
    }),
    ["model.embedding_norm.weight", width],
    ...((config.tie_embedding ?? config.tie_word_embeddings ?? true) ? [] : ([["lm_head.weight", number("vocab_size"), width]] as Shapes)),
  ];
}

function llamaShapes(config: Config): Shapes {
  const number = (key: string): number => config[key] as number;
  const [width, inner, queries] = [number("hidden_size"), number("intermediate_size"), number("num_attention_heads")];
  const head = (config.head_dim as number | null | undefined) ?? width / queries;
  const family = config.model_type as string;
  const keys = (config.num_key_value_heads as number | null | undefined) ?? (family === "smollm3" ? 4 : queries);
  const biased = config.attention_bias === true && family !== "mistral";
  const dense = (name: string, rows: number, columns: number, bias: boolean): Shapes => [
    [`${name}.weight`, rows, columns],
    ...(bias ? ([[`${name}.bias`, rows]] as Shapes) : []),
  ];
  const mlp = (prefix: string): Shapes => {
    if (family === "granitemoehybrid") {
      const shared = number("shared_intermediate_size");
      return [
        ...dense(`${prefix}.shared_mlp.input_linear`, 2 * shared, width, false),
        ...dense(`${prefix}.shared_mlp.output_linear`, width, shared, false),
      ];
    }
    if (family === "nanochat") {
      return [...dense(`${prefix}.mlp.fc1`, inner, width, false), ...dense(`${prefix}.mlp.fc2`, width, inner, false)];
    }
    const bias = config.mlp_bias === true;
    const gateAndUp =
      family === "phi3"
        ? dense(`${prefix}.mlp.gate_up_proj`, 2 * inner, width, false)
        : [...dense(`${prefix}.mlp.gate_proj`, inner, width, bias), ...dense(`${prefix}.mlp.up_proj`, inner, width, bias)];
    return [...gateAndUp, ...dense(`${prefix}.mlp.down_proj`, width, inner, bias)];
  };
  const block = (prefix: string): Shapes => [
    ...(["olmo2", "nanochat"].includes(family) ? [] : ([[`${prefix}.input_layernorm.weight`, width]] as Shapes)),
    ...(family === "phi3"
      ? dense(`${prefix}.self_attn.qkv_proj`, (queries + 2 * keys) * head, width, false)
      : [
          ...dense(`${prefix}.self_attn.q_proj`, queries * head, width, biased || family === "qwen2"),
          ...dense(`${prefix}.self_attn.k_proj`, keys * head, width, biased || family === "qwen2"),
          ...dense(`${prefix}.self_attn.v_proj`, keys * head, width, biased || family === "qwen2"),
        ]),
    ...dense(`${prefix}.self_attn.o_proj`, width, queries * head, biased && family !== "qwen2"),
    ...(["qwen3", "gemma3_text"].includes(family) ? headNorms(prefix, head, head) : []),
    ...(family === "olmo2" ? headNorms(prefix, queries * head, keys * head) : []),
    ...(isGemma(family) ? ([[`${prefix}.pre_feedforward_layernorm.weight`, width]] as Shapes) : []),
    ...(family === "olmo2" || isGemma(family) ? ([[`${prefix}.post_feedforward_layernorm.weight`, width]] as Shapes) : []),
    ...(family === "nanochat" ? [] : ([[`${prefix}.post_attention_layernorm.weight`, width]] as Shapes)),
    ...mlp(prefix),
  ];
  return [
    ["model.embed_tokens.weight", number("vocab_size"), width],
    ...Array.from({ length: number("num_hidden_layers") }, (_, i) => block(`model.layers.${i}`)).flat(),
    ...(family === "nanochat" ? [] : ([["model.norm.weight", width]] as Shapes)),
    ...((config.tie_word_embeddings ?? (family === "smollm3" || isGemma(family)))
      ? []
      : ([["lm_head.weight", number("vocab_size"), width]] as Shapes)),
  ];
}

function headNorms(prefix: string, queries: number, keys: number): Shapes {
  return [
    [`${prefix}.self_attn.q_norm.weight`, queries],
    [`${prefix}.self_attn.k_norm.weight`, keys],
  ];
}
