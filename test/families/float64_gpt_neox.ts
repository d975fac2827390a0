import {
  attention,
  type Config,
  type FloatTensor,
  heads,
  layerNorm,
  linear,
  plus,
  ropeOf,
  rotate,
  rowOf,
  type Tensors,
} from "./float64_layers.ts";

export function gptNeoX(config: Config, tensors: Tensors, tokens: readonly number[]): number[][] {
  const get = (name: string): FloatTensor => tensors.get(`gpt_neox.${name}`) ?? tensors.get(name)!;
  const eps = (config.layer_norm_eps as number | undefined) ?? 1e-5;
  const width = (config.hidden_size as number) / (config.num_attention_heads as number);
  const among = (config.rope_parameters ?? {}) as Config;
  const rotated = Math.floor(width * ((config.rotary_pct ?? among.partial_rotary_factor ?? 0.25) as number));
  const rope = ropeOf({ rope_theta: config.rotary_emb_base ?? 1e4, ...config }, rotated);
  const placed = (head: readonly number[], t: number): number[] => [...rotate(head.slice(0, rotated), t, rope), ...head.slice(rotated)];
  const gelu = (u: number): number =>
    (config.hidden_act ?? "gelu") === "gelu"
      ? 0.5 * u * (1 + erf(u / Math.SQRT2))
      : 0.5 * u * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (u + 0.044715 * u ** 3)));
  let x = tokens.map((token) => rowOf(get("embed_in.weight"), token));
  for (let i = 0; i < (config.num_hidden_layers as number); i += 1) {
    const part = (name: string): FloatTensor => get(`layers.${i}.${name}`);
    const dense = (name: string, hasBias: boolean) => (row: readonly number[]) =>
      linear(row, part(`${name}.weight`), hasBias ? part(`${name}.bias`) : undefined);
    const norm = (name: string) => (row: readonly number[]) => layerNorm(row, part(`${name}.weight`), part(`${name}.bias`), eps);
    const hasBias = config.attention_bias !== false;
    // A row is [head][query, key or value][width].
    const ofHeads = x
      .map(norm("input_layernorm"))
      .map(dense("attention.query_key_value", hasBias))
      .map((row) => heads(row, 3 * width));
    const every = (which: number): number[][][] => ofHeads.map((row) => row.map((head) => head.slice(which * width, (which + 1) * width)));
    const turned = (which: number): number[][][] => every(which).map((row, t) => row.map((head) => placed(head, t)));
    const attended = attention(turned(0), turned(1), every(2))
      .map(dense("attention.dense", hasBias))
      .map((row, t) => plus(x[t]!, row));
    const read = config.use_parallel_residual === false ? attended : x;
    const inner = read.map(norm("post_attention_layernorm")).map(dense("mlp.dense_h_to_4h", true));
    x = inner.map((row, t) => plus(attended[t]!, dense("mlp.dense_4h_to_h", true)(row.map(gelu))));
  }
  const head = config.tie_word_embeddings === true ? get("embed_in.weight") : tensors.get("embed_out.weight")!;
  return x.map((row) => linear(layerNorm(row, get("final_layer_norm.weight"), get("final_layer_norm.bias"), eps), head));
}

/** By Simpson's rule. */
function erf(z: number): number {
  const end = Math.min(6, Math.abs(z));
  const steps = 400;
  let sum = 0;
  for (let i = 0; i <= steps; i += 1) sum += (i === 0 || i === steps ? 1 : i % 2 ? 4 : 2) * Math.exp(-(((end * i) / steps) ** 2));
  return (Math.sign(z) * 2 * sum * end) / steps / 3 / Math.sqrt(Math.PI);
}
