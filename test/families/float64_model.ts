/**
 * The families' forward pass in plain double precision, written from transformers' own code and sharing none with the engine: no ops, no
 * table of angles, no reading of config.json.
 */
import { gptNeo } from "./float64_gpt_neo.ts";

export interface FloatTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type Tensors = ReadonlyMap<string, FloatTensor>;

export type Config = Readonly<Record<string, unknown>>;
type Rope = { readonly frequencies: readonly number[]; readonly amplitude: number };

/** Log-probabilities of every next token: [T][V]. */
export function referenceLogProbabilities(config: Config, tensors: Tensors, tokens: readonly number[]): number[][] {
  const forward = { gpt2, gpt_neo: gptNeo, gemma3_text: gemma3, olmo2 }[config.model_type as string] ?? llama;
  return forward(config, tensors, tokens).map(logSoftmax);
}

export function logSoftmax(row: readonly number[]): number[] {
  const top = Math.max(...row);
  const total = top + Math.log(row.reduce((sum, value) => sum + Math.exp(value - top), 0));
  return row.map((value) => value - total);
}

/** x W^T + b, with W [out, in]. */
export function linear(x: readonly number[], weight: FloatTensor, bias?: FloatTensor): number[] {
  const [rows, columns] = weight.shape as [number, number];
  return Array.from({ length: rows }, (_, row) => {
    let sum = bias?.data[row] ?? 0;
    for (let i = 0; i < columns; i += 1) sum += x[i]! * weight.data[row * columns + i]!;
    return sum;
  });
}

/** x W + b, with W [in, out]. */
function convolution(x: readonly number[], weight: FloatTensor, bias: FloatTensor): number[] {
  const [rows, columns] = weight.shape as [number, number];
  return Array.from({ length: columns }, (_, column) => {
    let sum = bias.data[column]!;
    for (let i = 0; i < rows; i += 1) sum += x[i]! * weight.data[i * columns + column]!;
    return sum;
  });
}

export const plus = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value + b[i]!);
export const rowOf = ({ shape, data }: FloatTensor, row: number): number[] => [...data.subarray(row * shape[1]!, (row + 1) * shape[1]!)];

function rmsNorm(x: readonly number[], weight: FloatTensor, eps: number): number[] {
  const scale = 1 / Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length + eps);
  return x.map((value, i) => value * scale * weight.data[i]!);
}

export function layerNorm(x: readonly number[], weight: FloatTensor, bias: FloatTensor, eps: number): number[] {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  return x.map((value, i) => ((value - mean) / Math.sqrt(variance + eps)) * weight.data[i]! + bias.data[i]!);
}

/** Causal attention of heads that are given as [T][head][D], to the last `window` tokens. */
function attention(q: number[][][], k: number[][][], v: number[][][], window = Number.POSITIVE_INFINITY): number[][] {
  return q.map((heads, t) =>
    heads.flatMap((query, h) => {
      const source = Math.floor((h * k[0]!.length) / heads.length);
      const scores = Array.from({ length: t + 1 }, (_, s) =>
        s > t - window ? dot(query, k[s]![source]!) / Math.sqrt(query.length) : Number.NEGATIVE_INFINITY,
      );
      const weights = logSoftmax(scores).map(Math.exp);
      return query.map((_, d) => weights.reduce((sum, weight, s) => sum + weight * v[s]![source]![d]!, 0));
    }),
  );
}

export const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

export function heads(x: readonly number[], width: number): number[][] {
  return Array.from({ length: x.length / width }, (_, head) => x.slice(head * width, (head + 1) * width));
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
  const rope = ropeOf(config, width);
  const family = config.model_type as string;
  const qkvBias = family === "qwen2" || (family !== "mistral" && config.attention_bias === true);
  const outputBias = ["llama", "qwen3", "smollm3"].includes(family) && config.attention_bias === true;
  const mlpBias = ["llama", "smollm3"].includes(family) && config.mlp_bias === true;
  let x = tokens.map((token) => rowOf(get("embed_tokens.weight"), token));
  for (let i = 0; i < (config.num_hidden_layers as number); i += 1) {
    const part = (name: string): FloatTensor => get(`layers.${i}.${name}`);
    const dense = (name: string, biased: boolean) => (row: readonly number[]) =>
      linear(row, part(`${name}.weight`), biased ? part(`${name}.bias`) : undefined);
    const normed = x.map((row) => rmsNorm(row, part("input_layernorm.weight"), eps));
    const project = (name: string): number[][][] => normed.map(dense(`self_attn.${name}`, qkvBias)).map((row) => heads(row, width));
    const normHeads = (rows: number[][][], name: string): number[][][] =>
      family === "qwen3" ? rows.map((row) => row.map((head) => rmsNorm(head, part(`self_attn.${name}.weight`), eps))) : rows;
    const turn = (rows: number[][][]): number[][][] =>
      hasPositions(config, i) ? rows.map((row, t) => row.map((head) => rotate(head, t, rope))) : rows;
    const q = turn(normHeads(project("q_proj"), "q_norm"));
    const k = turn(normHeads(project("k_proj"), "k_norm"));
    x = attention(q, k, project("v_proj"), windowOf(config, i)).map((row, t) => plus(x[t]!, dense("self_attn.o_proj", outputBias)(row)));
    const inner = x.map((row) => rmsNorm(row, part("post_attention_layernorm.weight"), eps));
    const up = inner.map(dense("mlp.up_proj", mlpBias));
    const gated = inner.map(dense("mlp.gate_proj", mlpBias)).map((row, t) => row.map((g, j) => (g / (1 + Math.exp(-g))) * up[t]![j]!));
    x = gated.map((row, t) => plus(x[t]!, dense("mlp.down_proj", mlpBias)(row)));
  }
  const tied = config.tie_word_embeddings ?? family === "smollm3";
  const head = tied ? get("embed_tokens.weight") : tensors.get("lm_head.weight")!;
  return x.map((row) => linear(rmsNorm(row, get("norm.weight"), eps), head));
}

/** The window of a layer: in Mistral of every layer, else of those that layer_types, or what comes in its place, name. */
function windowOf(config: Config, layer: number): number | undefined {
  const { model_type, layer_types, use_sliding_window, max_window_layers } = config;
  const window = (config.sliding_window === undefined && model_type !== "smollm3" ? 4096 : config.sliding_window) as
    | number
    | null
    | undefined;
  if (window === null || window === undefined || ["llama", "olmo2"].includes(model_type as string)) return undefined;
  if (model_type === "mistral") return window;
  if (use_sliding_window !== true) return undefined;
  if (layer_types) return (layer_types as string[])[layer] === "sliding_attention" ? window : undefined;
  const isLocal = model_type === "smollm3" ? !hasPositions(config, layer) : layer >= ((max_window_layers as number | undefined) ?? 28);
  return isLocal ? window : undefined;
}

/** Whether a layer rotates queries and keys: in SmolLM3 some do not. */
function hasPositions({ model_type, no_rope_layers, no_rope_layer_interval }: Config, layer: number): boolean {
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

function gemma3(config: Config, tensors: Tensors, tokens: readonly number[]): number[][] {
  const get = (name: string): FloatTensor => tensors.get(`model.${name}`)!;
  const eps = (config.rms_norm_eps as number | undefined) ?? 1e-6;
  const width = config.head_dim as number;
  const norm = (row: readonly number[], { shape, data }: FloatTensor): number[] =>
    rmsNorm(row, { shape, data: Float32Array.from(data, (value) => 1 + value) }, eps);
  const layers = config.num_hidden_layers as number;
  const types =
    (config.layer_types as string[] | undefined) ??
    Array.from({ length: layers }, (_, i) =>
      (i + 1) % ((config.sliding_window_pattern ?? 6) as number) ? "sliding_attention" : "full_attention",
    );
  const nested = config.rope_parameters as Readonly<Record<string, Config>> | undefined;
  const old = { global: { rope_theta: 1e6, ...config }, local: { rope_theta: config.rope_local_base_freq ?? 1e4 } };
  const ropes = {
    full_attention: ropeOf(nested ? { ...config, rope_parameters: nested.full_attention } : old.global, width),
    sliding_attention: ropeOf(nested ? { ...config, rope_parameters: nested.sliding_attention } : old.local, width),
  } as Readonly<Record<string, Rope>>;
  const size = config.hidden_size as number;
  let x = tokens.map((token) => rowOf(get("embed_tokens.weight"), token).map((value) => value * Math.sqrt(size)));
  for (let i = 0; i < layers; i += 1) {
    const part = (name: string): FloatTensor => get(`layers.${i}.${name}`);
    const dense = (name: string) => (row: readonly number[]) =>
      linear(row, part(`self_attn.${name}.weight`), config.attention_bias === true ? part(`self_attn.${name}.bias`) : undefined);
    const normed = x.map((row) => norm(row, part("input_layernorm.weight")));
    const placed = (name: string): number[][][] =>
      normed
        .map(dense(`${name}_proj`))
        .map((row, t) => heads(row, width).map((head) => rotate(norm(head, part(`self_attn.${name}_norm.weight`)), t, ropes[types[i]!]!)));
    const v = normed.map(dense("v_proj")).map((row) => heads(row, width));
    const window = types[i] === "sliding_attention" ? ((config.sliding_window as number | undefined) ?? 4096) : undefined;
    const attended = attention(placed("q"), placed("k"), v, window).map(dense("o_proj"));
    x = x.map((row, t) => plus(row, norm(attended[t]!, part("post_attention_layernorm.weight"))));
    x = x.map((row) => {
      const inner = norm(row, part("pre_feedforward_layernorm.weight"));
      const [gate, up] = ["gate", "up"].map((name) => linear(inner, part(`mlp.${name}_proj.weight`))) as [number[], number[]];
      const gated = gate.map((u, j) => 0.5 * u * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (u + 0.044715 * u ** 3))) * up[j]!);
      return plus(row, norm(linear(gated, part("mlp.down_proj.weight")), part("post_feedforward_layernorm.weight")));
    });
  }
  const head = config.tie_word_embeddings === false ? tensors.get("lm_head.weight")! : get("embed_tokens.weight");
  return x.map((row) => linear(norm(row, get("norm.weight")), head));
}

function rotate(head: readonly number[], position: number, { frequencies, amplitude }: Rope): number[] {
  const half = head.length / 2;
  const turned = (i: number): [number, number] => {
    const [cosine, sine] = [Math.cos(position * frequencies[i]!) * amplitude, Math.sin(position * frequencies[i]!) * amplitude];
    return [head[i]! * cosine - head[i + half]! * sine, head[i + half]! * cosine + head[i]! * sine];
  };
  const pairs = Array.from({ length: half }, (_, i) => turned(i));
  return [...pairs.map(([first]) => first), ...pairs.map(([, second]) => second)];
}

/** What transformers' ROPE_INIT_FUNCTIONS compute for sequences of up to max_position_embeddings tokens. */
function ropeOf(config: Config, dim: number): Rope {
  const given = (config.rope_parameters ?? config.rope_scaling ?? {}) as Record<string, unknown>;
  const number = (key: string): number | undefined => (given[key] ?? undefined) as number | undefined;
  const base = (number("rope_theta") ?? config.rope_theta ?? (config.model_type === "smollm3" ? 2e6 : 1e4)) as number;
  const inverse = Array.from({ length: dim / 2 }, (_, i) => 1 / base ** ((2 * i) / dim));
  const kind = given.rope_type ?? given.type ?? "default";
  const factor = number("factor") ?? 1;
  const original = (config.original_max_position_embeddings ??
    number("original_max_position_embeddings") ??
    config.max_position_embeddings) as number;
  if (kind === "linear") return { frequencies: inverse.map((f) => f / factor), amplitude: 1 };
  if (kind === "llama3") return { frequencies: inverse.map((f) => llama3Frequency(f, factor, original, number)), amplitude: 1 };
  if (kind === "yarn") return yarn(inverse, dim, base, factor, original, given);
  return { frequencies: inverse, amplitude: 1 };
}

function llama3Frequency(f: number, factor: number, original: number, number: (key: string) => number | undefined): number {
  const [low, high] = [number("low_freq_factor")!, number("high_freq_factor")!];
  const wavelength = (2 * Math.PI) / f;
  if (wavelength < original / high) return f;
  if (wavelength > original / low) return f / factor;
  const smooth = (original / wavelength - low) / (high - low);
  return ((1 - smooth) * f) / factor + smooth * f;
}

function yarn(
  inverse: readonly number[],
  dim: number,
  base: number,
  factor: number,
  original: number,
  given: Record<string, unknown>,
): Rope {
  const number = (key: string): number | undefined => (given[key] ?? undefined) as number | undefined;
  const correction = (rotations: number): number => (dim * Math.log(original / (rotations * 2 * Math.PI))) / (2 * Math.log(base));
  let [low, high] = [correction(number("beta_fast") ?? 32), correction(number("beta_slow") ?? 1)];
  if (given.truncate !== false) [low, high] = [Math.floor(low), Math.ceil(high)];
  [low, high] = [Math.max(low, 0), Math.min(high, dim - 1)];
  if (low === high) high += 0.001;
  const ramp = inverse.map((_, i) => Math.min(1, Math.max(0, (i - low) / (high - low))));
  const mscale = (scale: number): number => (factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1);
  const [own, all] = [number("mscale"), number("mscale_all_dim")];
  const usual = own && all ? mscale(own) / mscale(all) : mscale(1);
  return {
    frequencies: inverse.map((f, i) => (f / factor) * ramp[i]! + f * (1 - ramp[i]!)),
    amplitude: number("attention_factor") ?? usual,
  };
}
