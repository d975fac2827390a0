import { clampDifference } from "../../loss/token.ts";
import type { Scores } from "../../policy/score.ts";
import type { TrainConfig } from "../config/index.ts";
import type { Sample } from "../learning/micro_batches.ts";

/** How far the trainer's view of the sampled tokens is from the sampler's, over all tokens of a step that are not masked. */
export interface SamplerGap {
  /** |log-probability in training - log-probability in sampling|, in nats. */
  readonly difference: { readonly mean: number; readonly max: number };
  /** Probability in training / probability in sampling. */
  readonly ratio: { readonly min: number; readonly mean: number; readonly max: number };
  /** Share of the tokens whose weight is 0; there where weights out of a range are masked. */
  readonly masked?: number;
}

/** The weights of a sequence's tokens, from the difference of their log-probabilities in training and in sampling. */
export type Weigh = (differences: readonly number[]) => readonly number[];

/** What is done with a weight that is too large or too small. */
export type ImportanceOptions = Pick<TrainConfig["grpo"], "tis" | "icepop" | "mis">;

/**
 * The weights that the options ask for, of tokens with p_trainer / p_sampler = e^d; undefined where they ask for none.
 * - tis, truncated importance sampling (Yao et al. 2025, "Your efficient RL framework secretly brings you off-policy RL training"):
 *   min(e^d, tis). A loss with one ratio for a sequence needs one weight for it: then d is the mean of the sequence.
 * - icepop (Ling team 2025, arXiv 2510.18855): e^d, or 0 where that is outside the range.
 * - mis, masked importance sampling by sequence (Liu et al. 2025, "When speed kills stability"; TRL calls it sequence_mask): e^(sum of d), or
 *   0 where that is outside the range.
 */
export function weighing({ tis, icepop, mis }: ImportanceOptions, { bySequence }: { readonly bySequence: boolean }): Weigh | undefined {
  if (tis !== null && bySequence) return (differences) => alike(differences, Math.min(Math.exp(meanOf(differences)), tis));
  if (tis !== null) return (differences) => differences.map((own) => Math.min(Math.exp(own), tis));
  if (icepop !== null) return (differences) => differences.map((own) => inside(Math.exp(own), icepop));
  if (mis !== null) return (differences) => alike(differences, inside(Math.exp(clampDifference(sumOf(differences))), mis));
  return undefined;
}

function inside(weight: number, [least, most]: readonly [number, number]): number {
  return weight >= least && weight <= most ? weight : 0;
}

/**
 * Weighs each token by what `weigh` makes of its sequence. The weight multiplies the advantage, because a positive factor of the advantage is
 * a factor of the policy loss; a token of weight 0 keeps its place in every mean over tokens. `scored` are the trainer's scores of the
 * samples' tokens before the first update. They become the old ones, so that the loss's own ratio starts at 1.
 */
export function withImportance(samples: readonly Sample[], scored: readonly Scores[], weigh: Weigh): Sample[] {
  return samples.map((sample, i) => {
    const { logprobs, entropies } = scored[i]!;
    const importance = weigh(differencesOf(sample, logprobs));
    return { ...sample, oldLogprobs: logprobs, ...(sample.oldEntropies && { oldEntropies: entropies }), importance };
  });
}

/** The share of tokens whose weight is 0. Masked samples do not count. */
export function maskedShare(samples: readonly Pick<Sample, "importance" | "isMasked">[]): number {
  const weights = samples.flatMap(({ importance = [], isMasked }) => (isMasked ? [] : Array.from(importance)));
  return weights.filter((weight) => weight === 0).length / Math.max(1, weights.length);
}

/**
 * The numbers of the metrics `sampling/*`, from samples that `withImportance` has not changed yet. Masked samples do not count; undefined where
 * no others have a token.
 */
export function samplerGap(samples: readonly Sample[], scored: readonly Pick<Scores, "logprobs">[]): SamplerGap | undefined {
  const differences = samples.flatMap((sample, i) => (sample.isMasked ? [] : differencesOf(sample, scored[i]!.logprobs)));
  if (differences.length === 0) return undefined;
  const gap = { sum: 0, difference: 0, ratio: 0, least: Number.POSITIVE_INFINITY, most: 0 };
  for (const value of differences) {
    const ratio = Math.exp(value);
    gap.sum += Math.abs(value);
    gap.difference = Math.max(gap.difference, Math.abs(value));
    gap.ratio += ratio;
    gap.least = Math.min(gap.least, ratio);
    gap.most = Math.max(gap.most, ratio);
  }
  const count = differences.length;
  return {
    difference: { mean: gap.sum / count, max: gap.difference },
    ratio: { min: gap.least, mean: gap.ratio / count, max: gap.most },
  };
}

/** For each token the log-probability in training less that in sampling, clamped as the loss clamps it. */
function differencesOf(sample: Sample, scored: ArrayLike<number>): number[] {
  return Array.from(sample.completionIds, (_, token) => clampDifference(scored[token]! - sample.oldLogprobs[token]!));
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function meanOf(values: readonly number[]): number {
  return sumOf(values) / Math.max(1, values.length);
}

function alike(values: readonly unknown[], weight: number): number[] {
  return values.map(() => weight);
}
