import {
  attention,
  type Config,
  type FloatTensor,
  heads,
  linear,
  plus,
  rmsNorm,
  ropeOf,
  rotate,
  rowOf,
  type Tensors,
} from "./float64_layers.ts";

export function lfm2(config: Config, tensors: Tensors, tokens: readonly number[]): number[][] {
  const get = (name: string): FloatTensor => tensors.get(`model.${name}`)!;
  const eps = (config.norm_eps as number | undefined) ?? 1e-5;
  const width = (config.head_dim as number | undefined) ?? (config.hidden_size as number) / (config.num_attention_heads as number);
  const rope = ropeOf({ ...config, rope_theta: config.theta ?? config.rope_theta ?? 1e6 }, width);
  let x = tokens.map((token) => rowOf(get("embed_tokens.weight"), token));
  for (let i = 0; i < (config.num_hidden_layers as number); i += 1) {
    const part = (name: string): FloatTensor => get(`layers.${i}.${name}`);
    const normed = x.map((row) => rmsNorm(row, part("operator_norm.weight"), eps));
    const project = (name: string): number[][][] => normed.map((row) => heads(linear(row, part(`self_attn.${name}_proj.weight`)), width));
    const placed = (name: string): number[][][] =>
      project(name).map((row, t) => row.map((head) => rotate(rmsNorm(head, part(`self_attn.${name}_layernorm.weight`), eps), t, rope)));
    const mixed = lfm2Attends(config, i)
      ? attention(placed("q"), placed("k"), project("v")).map((row) => linear(row, part("self_attn.out_proj.weight")))
      : convolve(normed, (name) => tensors.get(`model.layers.${i}.conv.${name}`));
    x = x.map((row, t) => plus(row, mixed[t]!));
    x = x.map((row) => {
      const inner = rmsNorm(row, part("ffn_norm.weight"), eps);
      const [gate, up] = ["w1", "w3"].map((name) => linear(inner, part(`feed_forward.${name}.weight`))) as [number[], number[]];
      const gated = gate.map((g, j) => (g / (1 + Math.exp(-g))) * up[j]!);
      return plus(row, linear(gated, part("feed_forward.w2.weight")));
    });
  }
  const head = (config.tie_embedding ?? config.tie_word_embeddings ?? true) ? get("embed_tokens.weight") : tensors.get("lm_head.weight")!;
  return x.map((row) => linear(rmsNorm(row, get("embedding_norm.weight"), eps), head));
}

/** PyTorch's Conv1d of groups of one channel over B x, with L - 1 zeros before the first token, and its first T results. */
function convolve(rows: readonly number[][], part: (name: string) => FloatTensor | undefined): number[][] {
  const [channels, , taps] = part("conv.weight")!.shape as [number, number, number];
  const parts = rows.map((row) => heads(linear(row, part("in_proj.weight")!, part("in_proj.bias")), channels));
  const zeros = Array.from({ length: taps - 1 }, () => new Array<number>(channels).fill(0));
  const padded = [...zeros, ...parts.map(([b, , x]) => b!.map((value, c) => value * x![c]!))];
  return parts.map(([, gate], t) => {
    const convolved = gate!.map((_, c) => {
      const weights = part("conv.weight")!.data.subarray(c * taps, (c + 1) * taps);
      return weights.reduce((sum, weight, k) => sum + weight * padded[t + k]![c]!, part("conv.bias")?.data[c] ?? 0);
    });
    return linear(
      convolved.map((value, c) => value * gate![c]!),
      part("out_proj.weight")!,
      part("out_proj.bias"),
    );
  });
}

export function lfm2Attends({ layer_types, full_attn_idxs }: Config, layer: number): boolean {
  if (layer_types) return (layer_types as string[])[layer] === "full_attention";
  return full_attn_idxs === undefined || (full_attn_idxs as number[]).includes(layer);
}

/** The width of the MLP, as Lfm2MLP makes it of what config.json says. */
export function lfm2Inner(config: Config): number {
  const stated = (config.block_ff_dim ?? config.intermediate_size) as number;
  if (config.block_auto_adjust_ff_dim === false) return stated;
  const multiple = (config.block_multiple_of as number | undefined) ?? 256;
  const adjusted = Math.floor(((config.block_ffn_dim_multiplier as number | null | undefined) ?? 1) * Math.floor((2 * stated) / 3));
  return multiple * Math.floor((adjusted + multiple - 1) / multiple);
}
