import { createRandom, type Random } from "../../random.ts";
import { mean } from "../../report/statistics.ts";

/** The ranks of values from 1 on; equal ones share the mean of their ranks. */
function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}

/** Pairs of values of one kind of run. */
export interface Stratum {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/**
 * Spearman's rank correlation (Spearman 1904) within strata: values are ranked among those of their own stratum, and ranks are counted from its
 * mean. What differs from stratum to stratum alone makes none. NaN where one side does not vary.
 */
export function correlationWithin(strata: readonly Stratum[]): number {
  const x = strata.flatMap(({ a }) => centred(ranksOf(a)));
  const y = strata.flatMap(({ b }) => centred(ranksOf(b)));
  const spread = Math.sqrt(dot(x, x) * dot(y, y));
  return spread > 0 ? dot(x, y) / spread : Number.NaN;
}

const SHUFFLES = 9_999;

/**
 * The two-sided probability that chance makes such a correlation within strata as large: how often it is as far from 0 where the values of one
 * side are exchanged at random within their strata (a permutation test; Fisher 1935). Few runs have few exchanges, and no small probability.
 * The smallest that 9,999 exchanges can show is 0.0001. NaN where there is no correlation.
 */
export function chanceOfCorrelation(strata: readonly Stratum[], seed = 0): number {
  const x = strata.flatMap(({ a }) => centred(ranksOf(a)));
  const sides = strata.map(({ b }) => centred(ranksOf(b)));
  if (Number.isNaN(correlationWithin(strata))) return Number.NaN;
  const found = Math.abs(dot(x, sides.flat()));
  const random = createRandom(seed);
  let asLarge = 1; // the values as they are
  for (let i = 0; i < SHUFFLES; i++) {
    const exchanged = sides.flatMap((side) => shuffled(side, random));
    if (Math.abs(dot(x, exchanged)) >= found - ROUNDING) asLarge++;
  }
  return asLarge / (SHUFFLES + 1);
}

/** Sums of halves that are added in another order differ by less. */
const ROUNDING = 1e-9;

/** In random order, each with the same probability (Fisher and Yates 1938). */
function shuffled(values: readonly number[], random: Random): number[] {
  const order = [...values];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

function centred(values: readonly number[]): number[] {
  const centre = mean(values);
  return values.map((value) => value - centre);
}

function dot(x: readonly number[], y: readonly number[]): number {
  return x.reduce((sum, value, i) => sum + value * y[i]!, 0);
}
