import type { HostArray } from "../gpu/buffer.ts";
import type { Device } from "../gpu/device.ts";
import { withParts } from "../gpu/parts.ts";
import { buildPlan } from "../graph/plan.ts";
import { runScalar } from "../graph/scalar.ts";
import { input } from "../graph/trace.ts";
import { paddedVocabulary } from "../ops/logits.ts";
import { markTokens, markWords, nextToken } from "../ops/next_token.ts";
import { SAMPLED_TOKEN } from "../ops/records.ts";
import { createRandom } from "../random.ts";
import { given, padRows } from "./values.ts";

/** How tokens are drawn, and where their sequences stand before. */
export interface DrawOptions {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
  readonly seed?: number;
  /** The most tokens of a completion. */
  readonly length?: number;
  readonly stop?: readonly number[];
  readonly banned?: readonly number[];
  /** The tokens that every sequence has already. They matter with a repetition penalty alone. */
  readonly seen?: readonly number[];
  readonly keys?: readonly number[];
  readonly positions?: readonly number[];
  readonly steps?: number;
}

/** What the GPU holds of the sequences after the draws, sequence after sequence. */
export interface DrawnTokens {
  readonly position: number[];
  readonly token: number[];
  readonly done: number[];
  readonly completions: number[];
  /** Log-probability and entropy of every token. */
  readonly statistics: number[];
}

/** Stands where no token was drawn. */
export const NOT_DRAWN = 9999;

/** Draws from the same logits `steps` times, one row a sequence. Rows are padded, as those of a head are. */
export async function drawTokens(device: Device, logits: readonly ArrayLike<number>[], options: DrawOptions): Promise<DrawnTokens> {
  const S = logits.length;
  const V = logits[0]!.length;
  const { length: L = 1, stop = [], banned = [], steps = 1, seed = 1 } = options;
  const hasPenalty = (options.repetitionPenalty ?? 1) !== 1;
  const build = () => {
    const rows = runScalar("rows", S + 3);
    const state = {
      position: input("position", [rows], "u32"),
      token: input("token", [rows], "u32"),
      done: input("done", [rows], "u32"),
      completions: input("completions", [rows, L, SAMPLED_TOKEN.size]),
      ...(hasPenalty && { seen: input("seen", [rows, markWords(V)], "u32") }),
    };
    const others = {
      logits: input("logits", [rows, paddedVocabulary(V)]),
      sequenceKey: input("key", [rows], "u32"),
      tokenMarks: input("marks", [2, markWords(V)], "u32"),
    };
    nextToken({ ...others, ...state }, { ...options, vocabulary: V, hasBans: banned.length > 0, seed: runScalar("seed") });
    return { keep: [state.position, state.token, state.done, state.completions] };
  };
  const fill = (count: number, value: (i: number) => number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => value(i));
  const inputs: Record<string, HostArray> = {
    logits: Float32Array.from(
      padRows(
        given(
          [S, V],
          logits.flatMap((row) => Array.from(row)),
        ),
      ).data,
    ),
    key: fill(S, (s) => options.keys?.[s] ?? s),
    marks: markTokens(V, [stop, banned]),
    position: fill(S, (s) => options.positions?.[s] ?? 5),
    token: fill(S, () => NOT_DRAWN),
    done: fill(S, () => 0),
    completions: Float32Array.from({ length: S * L * SAMPLED_TOKEN.size }, (_, i) => (i % SAMPLED_TOKEN.size === 0 ? NOT_DRAWN : 7)),
    ...(hasPenalty && { seen: markTokens(V, Array(S).fill(options.seen ?? [])) }),
  };
  const [position, token, done, completions] = await withParts(async (own) => {
    const plan = own(await buildPlan(device, "next token", build));
    plan.upload(inputs);
    for (let step = 0; step < steps; step += 1) plan.run({ scalars: { rows: S, seed } });
    return (await plan.read(plan.result.keep)).map((values) => [...values]);
  });
  const drawn = completions!.slice(0, S * L * SAMPLED_TOKEN.size);
  return {
    position: position!.slice(0, S),
    token: token!.slice(0, S),
    done: done!.slice(0, S),
    completions: drawn.filter((_, i) => i % SAMPLED_TOKEN.size === 0),
    statistics: drawn.filter((_, i) => i % SAMPLED_TOKEN.size !== 0),
  };
}

/** Random logits of a row. */
export function randomLogits(vocabulary: number, seed: number, scale = 1.5): number[] {
  const random = createRandom(seed);
  return Array.from({ length: vocabulary }, () => Math.fround(scale * random.normal()));
}

/**
 * Pearson's chi-squared statistic of counts against probabilities, standardised to a normal variate by Wilson and Hilferty's cube root.
 * Tokens that are expected less than 8 times count together.
 */
export function chiSquaredDeviation(counts: readonly number[], probabilities: readonly number[]): number {
  const draws = counts.reduce((a, b) => a + b, 0);
  let [statistic, cells, rareCount, rareExpected] = [0, -1, 0, 0];
  const add = (count: number, expected: number): void => {
    statistic += (count - expected) ** 2 / expected;
    cells += 1;
  };
  probabilities.forEach((p, token) => {
    if (p * draws >= 8) add(counts[token]!, p * draws);
    else [rareCount, rareExpected] = [rareCount + counts[token]!, rareExpected + p * draws];
  });
  if (rareExpected >= 1) add(rareCount, rareExpected);
  if (cells === 0) return 0;
  const variance = 2 / (9 * cells);
  return ((statistic / cells) ** (1 / 3) - (1 - variance)) / Math.sqrt(variance);
}

/** How often each token was drawn. */
export function countsOf(tokens: readonly number[], vocabulary: number): number[] {
  const counts = Array<number>(vocabulary).fill(0);
  for (const token of tokens) counts[token] = (counts[token] ?? 0) + 1;
  return counts;
}
