import { deviation } from "../../report/statistics.ts";
import { meanPassAtK, passAtK } from "./pass_at_k.ts";

/** A mean over problems, with its standard error: how far another draw of as many problems would move it. */
export interface Rate {
  readonly mean: number;
  readonly error: number;
}

/** pass@k of some problems by k, in rising order. */
export type PassRates = ReadonlyMap<number, Rate>;

/** The standard error of a mean: s / sqrt(N); 0 for one value. */
export function standardError(values: readonly number[]): number {
  return values.length < 2 ? 0 : deviation(values) / Math.sqrt(values.length);
}

/** pass@k over problems with n completions each, `right[i]` of them right, for several k. Throws as meanPassAtK does. */
export function passRates(n: number, right: readonly number[], ks: readonly number[]): PassRates {
  const sorted = [...new Set(ks)].sort((a, b) => a - b);
  const errorOf = (k: number): number => standardError(right.map((c) => passAtK(n, c, k)));
  return new Map(sorted.map((k) => [k, { mean: meanPassAtK(n, right, k), error: errorOf(k) }]));
}
