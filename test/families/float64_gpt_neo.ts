import { attention, type Config, type FloatTensor, heads, layerNorm, linear, plus, rowOf, type Tensors } from "./float64_layers.ts";

export function gptNeo(config: Config, tensors: Tensors, tokens: readonly number[]): number[][] {
  const get = (name: string): FloatTensor => tensors.get(`transformer.${name}`) ?? tensors.get(name)!;
  const eps = (config.layer_norm_epsilon as number | undefined) ?? 1e-5;
  const width = (config.hidden_size as number) / ((config.num_heads ?? config.num_attention_heads) as number);
  let x = tokens.map((token, t) => plus(rowOf(get("wte.weight"), token), rowOf(get("wpe.weight"), t)));
  for (const [i, type] of attentionLayers(config).entries()) {
    const part = (name: string): FloatTensor => get(`h.${i}.${name}`);
    const dense = (name: string) => (row: readonly number[]) => linear(row, part(`${name}.weight`), part(`${name}.bias`));
    const norm = (name: string) => (row: readonly number[]) => layerNorm(row, part(`${name}.weight`), part(`${name}.bias`), eps);
    const normed = x.map(norm("ln_1"));
    const [q, k, v] = ["q", "k", "v"].map((name) =>
      normed.map((row) => heads(linear(row, part(`attn.attention.${name}_proj.weight`)), width)),
    ) as [number[][][], number[][][], number[][][]];
    const window = type === "local" ? ((config.window_size as number | undefined) ?? 256) : Number.POSITIVE_INFINITY;
    x = attention(q, k, v, { window, scale: 1 }).map((row, t) => plus(x[t]!, dense("attn.attention.out_proj")(row)));
    const inner = x.map(norm("ln_2")).map(dense("mlp.c_fc"));
    const active = inner.map((row) => row.map((u) => 0.5 * u * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (u + 0.044715 * u ** 3)))));
    x = active.map((row, t) => plus(x[t]!, dense("mlp.c_proj")(row)));
  }
  const head = config.tie_word_embeddings === false ? tensors.get("lm_head.weight")! : get("wte.weight");
  return x.map((row) => linear(layerNorm(row, get("ln_f.weight"), get("ln_f.bias"), eps), head));
}

function attentionLayers({ attention_types, attention_layers }: Config): string[] {
  if (attention_types === undefined) return attention_layers as string[];
  return (attention_types as [string[], number][]).flatMap(([pattern, times]) => Array.from({ length: times }, () => pattern).flat());
}
