import type { CovarianceSelectOptions } from "../../ops/covariance_select.ts";
import type { HostValues } from "../check_op.ts";

/** Options of the op, its scalars as numbers. */
export type CovarianceReferenceOptions = Omit<CovarianceSelectOptions, "seed" | "draw" | "microBatch"> & {
  readonly seed: number;
  readonly draw: number;
  readonly microBatch: number;
};

interface Token {
  readonly row: number;
  readonly logp: number;
  readonly old: number;
  readonly advantage: number;
}

/** 1 for the tokens that clip-cov or kl-cov select, 0 for the others, and how many they are. By sorting. */
export function covarianceSelectReference(
  { statistics, token_inputs }: HostValues,
  options: CovarianceReferenceOptions,
): { selected: Float64Array; count: Float64Array } {
  const rows = statistics!.shape[0]!;
  const all: Token[] = Array.from({ length: rows }, (_, row) => {
    const [old, , advantage] = token_inputs!.data.subarray(row * 6, row * 6 + 3);
    return { row, logp: statistics!.data[row * 4]!, old: old!, advantage: advantage! };
  });
  const tokens = all.filter(({ row }) => token_inputs!.data[row * 6 + 4]! > 0);
  const mean = (value: (token: Token) => number): number =>
    tokens.reduce((sum, token) => sum + value(token), 0) / Math.max(1, tokens.length);
  const [meanAdvantage, meanLogp] = [mean(({ advantage }) => advantage), mean(({ logp }) => logp)];
  const covarianceOf = ({ advantage, logp }: Token): number => (advantage - meanAdvantage) * (logp - meanLogp);
  const { covariance, covFraction = 2e-4, covLow = 1, covHigh = 5, seed, draw, microBatch } = options;
  // The product in single precision, whose floor the shader takes.
  const wanted = Math.max(1, Math.floor(Math.fround(Math.fround(covFraction) * tokens.length)));
  const isFree = (token: Token): boolean => covarianceOf(token) > covLow && covarianceOf(token) < covHigh && !isHeld(token, options);
  const keyed =
    covariance === "kl-cov"
      ? tokens.map((token) => ({ ...token, key: covarianceOf(token) }))
      : tokens.filter(isFree).map((token) => ({ ...token, key: Math.max(1, philox([token.row, microBatch, 0, 0], [seed, draw])[0]!) }));
  const chosen = keyed.sort((a, b) => b.key - a.key || a.row - b.row).slice(0, wanted);
  const selected = new Float64Array(rows);
  for (const { row } of chosen) selected[row] = 1;
  return { selected, count: Float64Array.of(chosen.length) };
}

/** Whether a bound of ppo-clip takes the token's slope away. */
function isHeld({ logp, old, advantage }: Token, { clipLow, clipHigh, dualClip }: CovarianceReferenceOptions): boolean {
  const ratio = Math.exp(Math.min(20, Math.max(-20, logp - old)));
  if (advantage > 0) return ratio > 1 + clipHigh;
  return advantage < 0 && (ratio < 1 - clipLow || (dualClip !== null && ratio > dualClip));
}

/** Philox4x32-10 (Salmon et al. 2011). */
function philox(counter: readonly number[], key: readonly number[]): number[] {
  const [m0, m1] = [0xd2511f53n, 0xcd9e8d57n];
  const word = (value: bigint): bigint => value & 0xffffffffn;
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key.map(BigInt) as [bigint, bigint];
  for (let round = 0; round < 10; round += 1) {
    const [a, b] = [m0 * c0, m1 * c2];
    [c0, c1, c2, c3] = [(b >> 32n) ^ c1 ^ k0, word(b), (a >> 32n) ^ c3 ^ k1, word(a)];
    [k0, k1] = [word(k0 + 0x9e3779b9n), word(k1 + 0xbb67ae85n)];
  }
  return [c0, c1, c2, c3].map(Number);
}
