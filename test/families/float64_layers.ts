/** Layers of the families' forward pass in plain double precision, which share nothing with the engine. */

export interface FloatTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type Tensors = ReadonlyMap<string, FloatTensor>;

export type Config = Readonly<Record<string, unknown>>;
export type Rope = { readonly frequencies: readonly number[]; readonly amplitude: number };

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
export function convolution(x: readonly number[], weight: FloatTensor, bias: FloatTensor): number[] {
  const [rows, columns] = weight.shape as [number, number];
  return Array.from({ length: columns }, (_, column) => {
    let sum = bias.data[column]!;
    for (let i = 0; i < rows; i += 1) sum += x[i]! * weight.data[i * columns + column]!;
    return sum;
  });
}

export const plus = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value + b[i]!);
export const rowOf = ({ shape, data }: FloatTensor, row: number): number[] => [...data.subarray(row * shape[1]!, (row + 1) * shape[1]!)];

export function rmsNorm(x: readonly number[], weight: FloatTensor, eps: number): number[] {
  const scale = 1 / Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length + eps);
  return x.map((value, i) => value * scale * weight.data[i]!);
}

export function layerNorm(x: readonly number[], weight: FloatTensor, bias: FloatTensor, eps: number): number[] {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  return x.map((value, i) => ((value - mean) / Math.sqrt(variance + eps)) * weight.data[i]! + bias.data[i]!);
}

/** Causal attention of heads that are given as [T][head][D], to the last `window` tokens. */
export function attention(
  q: number[][][],
  k: number[][][],
  v: number[][][],
  {
    window = Number.POSITIVE_INFINITY,
    scale = 1 / Math.sqrt(q[0]![0]!.length),
    cap,
  }: { readonly window?: number; readonly scale?: number; readonly cap?: number | undefined } = {},
): number[][] {
  return q.map((heads, t) =>
    heads.flatMap((query, h) => {
      const source = Math.floor((h * k[0]!.length) / heads.length);
      const scores = Array.from({ length: t + 1 }, (_, s) =>
        s > t - window ? softCap(dot(query, k[s]![source]!) * scale, cap) : Number.NEGATIVE_INFINITY,
      );
      const weights = logSoftmax(scores).map(Math.exp);
      return query.map((_, d) => weights.reduce((sum, weight, s) => sum + weight * v[s]![source]![d]!, 0));
    }),
  );
}

/** cap tanh(x / cap), where there is a cap. */
export const softCap = (x: number, cap: number | undefined): number => (cap === undefined ? x : cap * Math.tanh(x / cap));

export const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

export function heads(x: readonly number[], width: number): number[][] {
  return Array.from({ length: x.length / width }, (_, head) => x.slice(head * width, (head + 1) * width));
}

export function rotate(head: readonly number[], position: number, { frequencies, amplitude }: Rope): number[] {
  const half = head.length / 2;
  const turned = (i: number): [number, number] => {
    const [cosine, sine] = [Math.cos(position * frequencies[i]!) * amplitude, Math.sin(position * frequencies[i]!) * amplitude];
    return [head[i]! * cosine - head[i + half]! * sine, head[i + half]! * cosine + head[i]! * sine];
  };
  const pairs = Array.from({ length: half }, (_, i) => turned(i));
  return [...pairs.map(([first]) => first), ...pairs.map(([, second]) => second)];
}

/** What transformers' ROPE_INIT_FUNCTIONS compute for sequences of up to max_position_embeddings tokens. */
export function ropeOf(config: Config, dim: number): Rope {
  const given = (config.rope_parameters ?? config.rope_scaling ?? {}) as Record<string, unknown>;
  const number = (key: string): number | undefined => (given[key] ?? undefined) as number | undefined;
  const base = (number("rope_theta") ?? config.rope_theta ?? (config.model_type === "smollm3" ? 2e6 : 1e4)) as number;
  const inverse = Array.from({ length: dim / 2 }, (_, i) => 1 / base ** ((2 * i) / dim));
  const kind = given.rope_type ?? given.type ?? "default";
  const factor = number("factor") ?? 1;
  const original = (config.original_max_position_embeddings ??
    number("original_max_position_embeddings") ??
    config.max_position_embeddings) as number;
  if (kind === "longrope" || kind === "su") {
    const factors = given.short_factor as number[];
    const stretch = original < (config.max_position_embeddings as number) ? (config.max_position_embeddings as number) / original : factor;
    const amplitude = number("attention_factor") ?? Math.sqrt(1 + Math.log(stretch) / Math.log(original));
    return { frequencies: inverse.map((f, i) => f / factors[i]!), amplitude };
  }
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
