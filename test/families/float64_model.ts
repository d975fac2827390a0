/**
 * The families' forward pass in plain double precision, written from transformers' own code and sharing none with the engine: no ops, no
 * table of angles, no reading of config.json.
 */
import { gptNeo } from "./float64_gpt_neo.ts";
import { gptNeoX } from "./float64_gpt_neox.ts";
import {
  attention,
  type Config,
  convolution,
  type FloatTensor,
  heads,
  layerNorm,
  linear,
  logSoftmax,
  plus,
  type Rope,
  rmsNorm,
  ropeOf,
  rotate,
  rowOf,
  softCap,
  type Tensors,
} from "./float64_layers.ts";
import { lfm2 } from "./float64_lfm2.ts";

/** Log-probabilities of every next token: [T][V]. */
export function referenceLogProbabilities(config: Config, tensors: Tensors, tokens: readonly number[]): number[][] {
  const forward =
    { gpt2, gpt_neo: gptNeo, gpt_neox: gptNeoX, gemma2: gemma, gemma3_text: gemma, lfm2, nanochat, olmo2 }[config.model_type as string] ??
    llama;
  return forward(config, tensors, tokens).map(logSoftmax);
}

function gpt2(config: Config, tensors: Tensors, tokens: readonly number[]): number[][] {
  const get = (name: string): FloatTensor => tensors.get(`transformer.${name}`) ?? tensors.get(name)!;
  const eps = (config.layer_norm_epsilon as number | undefined) ?? 1e-5;
  const width = config.n_embd as number;
  const headWidth = width / (config.n_head as number);
  let x = tokens.map((token, t) => plus(rowOf(get("wte.weight"), token), rowOf(get("wpe.weight"), t)));
  for (let i = 0; i < (config.n_layer as number); i += 1) {
    const part = (name: string): FloatTensor => get(`h.${i}.${name}`);
    const dense = (name: string) => (row: readonly number[]) => convolution(row, part(`${name}.weight`), part(`${name}.bias`));
    const norm = (name: string) => (row: readonly number[]) => layerNorm(row, part(`${name}.weight`), part(`${name}.bias`), eps);
    const qkv = x.map(norm("ln_1")).map(dense("attn.c_attn"));
    const split = (from: number): number[][][] => qkv.map((row) => heads(row.slice(from * width, (from + 1) * width), headWidth));
    x = attention(split(0), split(1), split(2)).map((row, t) => plus(x[t]!, dense("attn.c_proj")(row)));
    const inner = x.map(norm("ln_2")).map(dense("mlp.c_fc"));
    const active = inner.map((row) => row.map((u) => 0.5 * u * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (u + 0.044715 * u ** 3)))));
    x = active.map((row, t) => plus(x[t]!, dense("mlp.c_proj")(row)));
  }
  const head = config.tie_word_embeddings === false ? tensors.get("lm_head.weight")! : get("wte.weight");
  return x.map((row) => linear(layerNorm(row, get("ln_f.weight"), get("ln_f.bias"), eps), head));
}

function llama(config: Config, tensors: Tensors, tokens: readonly number[]): number[][] {
  const get = (name: string): FloatTensor => tensors.get(`model.${name}`) ?? tensors.get(name)!;
  const eps = (config.rms_norm_eps as number | undefined) ?? 1e-6;
  const width = (config.head_dim as number | null | undefined) ?? (config.hidden_size as number) / (config.num_attention_heads as number);
  const rotated = Math.floor(width * ((config.partial_rotary_factor as number | undefined) ?? 1));
  const rope = ropeOf(config, rotated);
  const family = config.model_type as string;
  const isGranite = ["granite", "granitemoehybrid"].includes(family);
  const qkvBias = family === "qwen2" || (family !== "mistral" && config.attention_bias === true);
  const outputBias = (isGranite || ["llama", "qwen3", "smollm3"].includes(family)) && config.attention_bias === true;
  const mlpBias = ["llama", "granite", "smollm3"].includes(family) && config.mlp_bias === true;
  const factor = (key: string): number => (isGranite ? ((config[key] as number | undefined) ?? 1) : 1);
  const times = (row: readonly number[], by: number): number[] => row.map((value) => by * value);
  const scale = isGranite ? factor("attention_multiplier") : 1 / Math.sqrt(width);
  const residual = factor("residual_multiplier");
  let x = tokens.map((token) => times(rowOf(get("embed_tokens.weight"), token), factor("embedding_multiplier")));
  for (let i = 0; i < (config.num_hidden_layers as number); i += 1) {
    const part = (name: string): FloatTensor => get(`layers.${i}.${name}`);
    const weight = (name: string): FloatTensor => fusedPart(config, name, part) ?? part(`${name}.weight`);
    const dense = (name: string, biased: boolean) => (row: readonly number[]) =>
      linear(row, weight(name), biased ? part(`${name}.bias`) : undefined);
    const normed = x.map((row) => rmsNorm(row, part("input_layernorm.weight"), eps));
    const project = (name: string): number[][][] => normed.map(dense(`self_attn.${name}`, qkvBias)).map((row) => heads(row, width));
    const normHeads = (rows: number[][][], name: string): number[][][] =>
      family === "qwen3" ? rows.map((row) => row.map((head) => rmsNorm(head, part(`self_attn.${name}.weight`), eps))) : rows;
    const turn = (rows: number[][][]): number[][][] =>
      hasPositions(config, i)
        ? rows.map((row, t) => row.map((head) => [...rotate(head.slice(0, rotated), t, rope), ...head.slice(rotated)]))
        : rows;
    const q = turn(normHeads(project("q_proj"), "q_norm"));
    const k = turn(normHeads(project("k_proj"), "k_norm"));
    const window = windowOf(config, i);
    x = attention(q, k, project("v_proj"), { scale, ...(window === undefined ? {} : { window }) })
      .map(dense("self_attn.o_proj", outputBias))
      .map((row, t) => plus(x[t]!, times(row, residual)));
    const inner = x.map((row) => rmsNorm(row, part("post_attention_layernorm.weight"), eps));
    const up = inner.map(dense("mlp.up_proj", mlpBias));
    const gated = inner.map(dense("mlp.gate_proj", mlpBias)).map((row, t) => row.map((g, j) => (g / (1 + Math.exp(-g))) * up[t]![j]!));
    x = gated.map(dense("mlp.down_proj", mlpBias)).map((row, t) => plus(x[t]!, times(row, residual)));
  }
  const tied = config.tie_word_embeddings ?? family === "smollm3";
  const head = tied ? get("embed_tokens.weight") : tensors.get("lm_head.weight")!;
  return x.map((row) => times(linear(rmsNorm(row, get("norm.weight"), eps), head), 1 / factor("logits_scaling")));
}

type Part = readonly [matrix: string, from: number, rows: number];

/** Phi-3 has q, k and v as the rows of one matrix, one after the other, and so gate and up; Granite 4 has the latter. */
function fusedPart(config: Config, name: string, part: (name: string) => FloatTensor): FloatTensor | undefined {
  const [queries, keys, inner] = ["num_attention_heads", "num_key_value_heads", "intermediate_size"].map((key) => config[key]) as number[];
  const width = config.head_dim as number;
  const gateAndUp = (matrix: string, rows: number): Readonly<Record<string, Part>> => ({
    "mlp.gate_proj": [matrix, 0, rows],
    "mlp.up_proj": [matrix, rows, rows],
  });
  const sharedInner = config.shared_intermediate_size as number;
  const parts: Readonly<Record<string, Readonly<Record<string, Part>>>> = {
    phi3: {
      "self_attn.q_proj": ["self_attn.qkv_proj", 0, queries! * width],
      "self_attn.k_proj": ["self_attn.qkv_proj", queries! * width, keys! * width],
      "self_attn.v_proj": ["self_attn.qkv_proj", (queries! + keys!) * width, keys! * width],
      ...gateAndUp("mlp.gate_up_proj", inner!),
    },
    granitemoehybrid: {
      ...gateAndUp("shared_mlp.input_linear", sharedInner),
      "mlp.down_proj": ["shared_mlp.output_linear", 0, config.hidden_size as number],
    },
  };
  const found = parts[config.model_type as string]?.[name];
  if (!found) return undefined;
  const [matrix, from, count] = found;
  const { shape, data } = part(`${matrix}.weight`);
  const columns = shape[1]!;
  return { shape: [count, columns], data: data.slice(from * columns, (from + count) * columns) };
}

/** The window of a layer: in Mistral and Phi-3 of every layer, else of those that layer_types, or what comes in its place, name. */
function windowOf(config: Config, layer: number): number | undefined {
  const { model_type, layer_types, use_sliding_window, max_window_layers } = config;
  const window = (
    config.sliding_window === undefined && !["smollm3", "phi3"].includes(model_type as string) ? 4096 : config.sliding_window
  ) as number | null | undefined;
  if (window === null || window === undefined || ["llama", "olmo2", "granite", "granitemoehybrid"].includes(model_type as string))
    return undefined;
  if (["mistral", "phi3"].includes(model_type as string)) return window;
  if (use_sliding_window !== true) return undefined;
  if (layer_types) return (layer_types as string[])[layer] === "sliding_attention" ? window : undefined;
  const isLocal = model_type === "smollm3" ? !hasPositions(config, layer) : layer >= ((max_window_layers as number | undefined) ?? 28);
  return isLocal ? window : undefined;
}

/** Whether a layer rotates queries and keys: in SmolLM3 some do not, and in Granite 4 all or none. */
function hasPositions({ model_type, no_rope_layers, no_rope_layer_interval, position_embedding_type }: Config, layer: number): boolean {
  if (model_type === "granitemoehybrid") return position_embedding_type === "rope";
  if (model_type !== "smollm3") return true;
  if (no_rope_layers) return (no_rope_layers as number[])[layer] === 1;
  return (layer + 1) % ((no_rope_layer_interval as number | undefined) ?? 4) !== 0;
}

function olmo2(config: Config, tensors: Tensors, tokens: readonly number[]): number[][] {
  const get = (name: string): FloatTensor => tensors.get(`model.${name}`)!;
  const eps = (config.rms_norm_eps as number | undefined) ?? 1e-5;
  const width = (config.head_dim as number | undefined) ?? (config.hidden_size as number) / (config.num_attention_heads as number);
  const rope = ropeOf(config, width);
  let x = tokens.map((token) => rowOf(get("embed_tokens.weight"), token));
  for (let i = 0; i < (config.num_hidden_layers as number); i += 1) {
    const part = (name: string): FloatTensor => get(`layers.${i}.${name}`);
    const attend = (name: string) => (row: readonly number[]) =>
      linear(row, part(`self_attn.${name}.weight`), config.attention_bias === true ? part(`self_attn.${name}.bias`) : undefined);
    const placed = (name: string): number[][][] =>
      x
        .map(attend(`${name}_proj`))
        .map((row) => rmsNorm(row, part(`self_attn.${name}_norm.weight`), eps))
        .map((row, t) => heads(row, width).map((head) => rotate(head, t, rope)));
    const v = x.map(attend("v_proj")).map((row) => heads(row, width));
    const attended = attention(placed("q"), placed("k"), v).map(attend("o_proj"));
    x = x.map((row, t) => plus(row, rmsNorm(attended[t]!, part("post_attention_layernorm.weight"), eps)));
    const inner = x.map((row) => {
      const [gate, up] = ["gate", "up"].map((name) => linear(row, part(`mlp.${name}_proj.weight`))) as [number[], number[]];
      const gated = gate.map((g, j) => (g / (1 + Math.exp(-g))) * up[j]!);
      return linear(gated, part("mlp.down_proj.weight"));
    });
    x = x.map((row, t) => plus(row, rmsNorm(inner[t]!, part("post_feedforward_layernorm.weight"), eps)));
  }
  const head = config.tie_word_embeddings === true ? get("embed_tokens.weight") : tensors.get("lm_head.weight")!;
  return x.map((row) => linear(rmsNorm(row, get("norm.weight"), eps), head));
}

/** The cap under a key of Gemma 2's, where null is none and no key is the usual one. Gemma 3 has none unless the key says so. */
function capOf(config: Config, key: string, usual: number): number | undefined {
  if (!Object.hasOwn(config, key)) return config.model_type === "gemma2" ? usual : undefined;
  return (config[key] as number | null | undefined) ?? undefined;
}

function gemma(config: Config, tensors: Tensors, tokens: readonly number[]): number[][] {
  const get = (name: string): FloatTensor => tensors.get(`model.${name}`)!;
  const eps = (config.rms_norm_eps as number | undefined) ?? 1e-6;
  const width = config.head_dim as number;
  const norm = (row: readonly number[], { shape, data }: FloatTensor): number[] =>
    rmsNorm(row, { shape, data: Float32Array.from(data, (value) => 1 + value) }, eps);
  const layers = config.num_hidden_layers as number;
  const isSecond = config.model_type === "gemma2";
  const types =
    (config.layer_types as string[] | undefined) ??
    Array.from({ length: layers }, (_, i) =>
      (i + 1) % ((config.sliding_window_pattern ?? (isSecond ? 2 : 6)) as number) ? "sliding_attention" : "full_attention",
    );
  const nested = config.rope_parameters as Readonly<Record<string, Config>> | undefined;
  const old = { global: { rope_theta: 1e6, ...config }, local: { rope_theta: config.rope_local_base_freq ?? 1e4 } };
  const one = ropeOf(config, width);
  const ropes = (
    isSecond
      ? { full_attention: one, sliding_attention: one }
      : {
          full_attention: ropeOf(nested ? { ...config, rope_parameters: nested.full_attention } : old.global, width),
          sliding_attention: ropeOf(nested ? { ...config, rope_parameters: nested.sliding_attention } : old.local, width),
        }
  ) as Readonly<Record<string, Rope>>;
  const size = config.hidden_size as number;
  let x = tokens.map((token) => rowOf(get("embed_tokens.weight"), token).map((value) => value * Math.sqrt(size)));
  for (let i = 0; i < layers; i += 1) {
    const part = (name: string): FloatTensor => get(`layers.${i}.${name}`);
    const dense = (name: string) => (row: readonly number[]) =>
      linear(row, part(`self_attn.${name}.weight`), config.attention_bias === true ? part(`self_attn.${name}.bias`) : undefined);
    const normed = x.map((row) => norm(row, part("input_layernorm.weight")));
    const normHead = (head: number[], name: string): number[] => (isSecond ? head : norm(head, part(`self_attn.${name}_norm.weight`)));
    const placed = (name: string): number[][][] =>
      normed
        .map(dense(`${name}_proj`))
        .map((row, t) => heads(row, width).map((head) => rotate(normHead(head, name), t, ropes[types[i]!]!)));
    const v = normed.map(dense("v_proj")).map((row) => heads(row, width));
    const window = types[i] === "sliding_attention" ? ((config.sliding_window as number | undefined) ?? 4096) : Number.POSITIVE_INFINITY;
    const scale = 1 / Math.sqrt((config.query_pre_attn_scalar as number | undefined) ?? 256);
    const attended = attention(placed("q"), placed("k"), v, { window, scale, cap: capOf(config, "attn_logit_softcapping", 50) }).map(
      dense("o_proj"),
    );
    x = x.map((row, t) => plus(row, norm(attended[t]!, part("post_attention_layernorm.weight"))));
    x = x.map((row) => {
      const inner = norm(row, part("pre_feedforward_layernorm.weight"));
      const [gate, up] = ["gate", "up"].map((name) => linear(inner, part(`mlp.${name}_proj.weight`))) as [number[], number[]];
      const gated = gate.map((u, j) => 0.5 * u * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (u + 0.044715 * u ** 3))) * up[j]!);
      return plus(row, norm(linear(gated, part("mlp.down_proj.weight")), part("post_feedforward_layernorm.weight")));
    });
  }
  const head = config.tie_word_embeddings === false ? tensors.get("lm_head.weight")! : get("embed_tokens.weight");
  const logitCap = capOf(config, "final_logit_softcapping", 30);
  return x.map((row) => linear(norm(row, get("norm.weight")), head).map((logit) => softCap(logit, logitCap)));
}

function nanochat(config: Config, tensors: Tensors, tokens: readonly number[]): number[][] {
  const get = (name: string): FloatTensor => tensors.get(`model.${name}`)!;
  const width = (config.head_dim as number | undefined) ?? (config.hidden_size as number) / (config.num_attention_heads as number);
  const rope = ropeOf(config, width);
  const norm = (row: readonly number[]): number[] => {
    const square = row.reduce((sum, value) => sum + value * value, 0) / row.length;
    return row.map((value) => value / Math.sqrt(square + ((config.rms_norm_eps as number | undefined) ?? 1e-6)));
  };
  // transformers' rotate_half has the other sign, so that angles are negative.
  const turn = (head: readonly number[], t: number): number[] => rotate(head, -t, rope);
  let x = tokens.map((token) => norm(rowOf(get("embed_tokens.weight"), token)));
  for (let i = 0; i < (config.num_hidden_layers as number); i += 1) {
    const part = (name: string): FloatTensor => get(`layers.${i}.${name}`);
    const dense = (name: string) => (row: readonly number[]) =>
      linear(row, part(`self_attn.${name}.weight`), config.attention_bias === true ? part(`self_attn.${name}.bias`) : undefined);
    const normed = x.map(norm);
    const placed = (name: string): number[][][] =>
      normed.map(dense(name)).map((row, t) => heads(row, width).map((head) => norm(turn(head, t))));
    const v = normed.map(dense("v_proj")).map((row) => heads(row, width));
    x = attention(placed("q_proj"), placed("k_proj"), v).map((row, t) => plus(x[t]!, dense("o_proj")(row)));
    x = x.map((row) => {
      const inner = linear(norm(row), part("mlp.fc1.weight")).map((value) => Math.max(value, 0) ** 2);
      return plus(row, linear(inner, part("mlp.fc2.weight")));
    });
  }
  const head = config.tie_word_embeddings === true ? get("embed_tokens.weight") : tensors.get("lm_head.weight")!;
  const given = config.final_logit_softcapping as number | null | undefined;
  const cap = given === undefined ? 15 : (given ?? undefined);
  return x.map((row) => linear(norm(row), head).map((logit) => softCap(logit, cap)));
}
