import type { SurrogateOptions } from "../../ops/surrogate.ts";
import { rowStatistics } from "./token_statistics.ts";

/** A packed batch in double precision; sequence s has rows begins[s] to begins[s + 1]. */
export interface PolicyBatch {
  readonly vocabulary: number;
  readonly logits: Float64Array;
  readonly actions: readonly number[];
  readonly oldLogp: readonly number[];
  readonly refLogp: readonly number[];
  readonly mask: readonly boolean[];
  readonly begins: readonly number[];
  /** One a sequence. */
  readonly advantages: readonly number[];
}

export interface PolicyOptions extends SurrogateOptions {
  readonly temperature: number;
  readonly entropyCoef: number;
  readonly gate: "probability" | "entropy-effect";
  readonly tau: number;
  readonly alphaNorm: "all" | "gated";
  readonly aggregate: "token-mean" | "sequence-mean" | "constant";
  readonly maxLength: number;
  readonly alpha: number;
}

const clamp = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));

export function sequenceOf(batch: PolicyBatch, row: number): number {
  return batch.begins.findIndex((begin, s) => begin <= row && row < batch.begins[s + 1]!);
}

export function statisticsOf(batch: PolicyBatch, row: number, temperature: number): [number, number, number, number] {
  const { vocabulary, logits, actions } = batch;
  return rowStatistics(logits.subarray(row * vocabulary, (row + 1) * vocabulary), actions[row]!, 1 / temperature);
}

/** What the gate makes of every row; 0 outside the mask. */
export function actuatorsOf(batch: PolicyBatch, { gate, tau, temperature }: PolicyOptions): number[] {
  return batch.actions.map((_, row) => {
    if (!batch.mask[row]) return 0;
    const [logp, , , effect] = statisticsOf(batch, row, temperature);
    if (gate === "entropy-effect") return Math.sign(effect);
    return tau <= 0 || logp > Math.log(tau) ? 1 : 0;
  });
}

export interface TokenOf {
  readonly logp: number;
  readonly entropy: number;
  readonly oldLogp: number;
  readonly refLogp: number;
  readonly advantage: number;
  /** logp where it is not differentiated; the same number. */
  readonly frozenLogp: number;
  /** Mean of d over the token's sequence, for gspo. */
  readonly meanDifference: number;
  /** Whether clip-cov or kl-cov selected the token. */
  readonly selected: boolean;
}

/** The surrogate loss of one token: what grpo.loss makes of its advantage. */
export function surrogateOf(token: Omit<TokenOf, "entropy" | "refLogp">, options: SurrogateOptions): number {
  const { logp, advantage: A } = token;
  const { loss = "ppo-clip", clipLow, clipHigh, dualClip, delta = 4, cispoBound = 5, sapoPositive = 1, sapoNegative = 1.05 } = options;
  const r = Math.exp(clamp(logp - token.oldLogp, -20, 20));
  const clipped = (ratio: number): number => -Math.min(ratio * A, clamp(ratio, 1 - clipLow, 1 + clipHigh) * A);
  const dual = (value: number): number => (dualClip !== null && A < 0 ? Math.min(value, -dualClip * A) : value);
  if (options.covariance === "clip-cov" && token.selected) return 0;
  if (options.covariance === "kl-cov") {
    return -r * A + (token.selected ? (options.covCoef ?? 1) * Math.abs(clamp(logp - token.oldLogp, -20, 20)) : 0);
  }
  switch (loss) {
    case "ppo-clip":
      return dual(clipped(r));
    case "gspo":
      return dual(clipped(Math.exp(token.meanDifference)));
    case "reinforce":
      return -A * logp;
    case "two-sided":
      return -Math.min(Math.min(r, delta) * A, clamp(r, 1 - clipLow, 1 + clipHigh) * A);
    case "cispo":
      return -Math.min(Math.exp(clamp(token.frozenLogp - token.oldLogp, -20, 20)), cispoBound) * A * logp;
    case "sapo": {
      const t = A < 0 ? sapoNegative : sapoPositive;
      return ((-4 / t) * A) / (1 + Math.exp(-t * (r - 1)));
    }
  }
}

/** Which sides a token is clipped on, as metrics count it. */
export function clippedSides(token: Omit<TokenOf, "entropy" | "refLogp">, options: SurrogateOptions): { low: boolean; high: boolean } {
  const { loss = "ppo-clip", clipLow, clipHigh, cispoBound = 5 } = options;
  const ratio = Math.exp(loss === "gspo" ? token.meanDifference : clamp(token.logp - token.oldLogp, -20, 20));
  if (options.covariance === "kl-cov") return { low: false, high: false };
  if (loss === "cispo") return { low: false, high: ratio > cispoBound };
  if (loss === "reinforce" || loss === "sapo") return { low: false, high: false };
  return { low: token.advantage < 0 && ratio < 1 - clipLow, high: token.advantage > 0 && ratio > 1 + clipHigh };
}

/** The estimate of the KL divergence to the reference policy; 0 without beta. */
export function divergenceOf({ logp, refLogp }: Pick<TokenOf, "logp" | "refLogp">, { beta, kl = "k3" }: SurrogateOptions): number {
  if (beta === 0) return 0;
  const u = clamp(refLogp - logp, -20, 20);
  return kl === "k1" ? -u : kl === "k2" ? u ** 2 / 2 : Math.exp(u) - u - 1;
}

/** Loss of one token without control: surrogate, KL to the reference, entropy bonus. */
export function tokenLossOf(token: TokenOf, options: SurrogateOptions & { readonly entropyCoef: number }): number {
  return surrogateOf(token, options) + options.beta * divergenceOf(token, options) - options.entropyCoef * token.entropy;
}

/** Sums the values of response tokens as the aggregation says; `counts` are the tokens that a mean divides by. */
function aggregate(batch: PolicyBatch, values: readonly number[], counts: readonly number[], options: PolicyOptions): number {
  const sequences = batch.advantages.length;
  const sum = (list: readonly number[], s?: number): number =>
    list.reduce((total, value, row) => (batch.mask[row] && (s === undefined || sequenceOf(batch, row) === s) ? total + value : total), 0);
  if (options.aggregate === "token-mean") return sum(values) / Math.max(1, sum(counts));
  if (options.aggregate === "constant") return sum(values) / (sequences * options.maxLength);
  return batch.advantages.reduce((total, _, s) => total + sum(values, s) / Math.max(1, sum(counts, s)), 0) / sequences;
}

/** What is taken as given when the policy loss is differentiated: the gate of every row and, where a loss stops a gradient, its logp. */
export interface Frozen {
  readonly actuators: readonly number[];
  readonly logps: readonly number[];
  /** 1 where clip-cov or kl-cov selected a row. */
  readonly selected: ArrayLike<number>;
}

export function frozenOf(batch: PolicyBatch, options: PolicyOptions, selected: ArrayLike<number> = []): Frozen {
  return { actuators: actuatorsOf(batch, options), logps: logpsOf(batch, options), selected };
}

function logpsOf(batch: PolicyBatch, { temperature }: PolicyOptions): number[] {
  return batch.actions.map((_, row) => (batch.mask[row] ? statisticsOf(batch, row, temperature)[0] : 0));
}

/** Of each row, the mean of d over the response tokens of its sequence. */
function meanDifferencesOf(batch: PolicyBatch, logps: readonly number[]): number[] {
  return batch.actions.map((_, own) => {
    const rows = batch.actions.map((_, row) => row).filter((row) => batch.mask[row] && sequenceOf(batch, row) === sequenceOf(batch, own));
    return rows.reduce((sum, row) => sum + clamp(logps[row]! - batch.oldLogp[row]!, -20, 20), 0) / Math.max(1, rows.length);
  });
}

/** The whole loss of EntroPIC's method: L_policy + alpha * agg(-r |A|, over the gated tokens). */
export function policyLossReference(
  batch: PolicyBatch,
  options: PolicyOptions,
  { actuators, logps: frozen, selected: chosen }: Frozen,
): number {
  const logps = logpsOf(batch, options);
  const means = options.loss === "gspo" ? meanDifferencesOf(batch, logps) : [];
  const plain: number[] = [];
  const control: number[] = [];
  batch.actions.forEach((_, row) => {
    if (!batch.mask[row]) {
      plain.push(0);
      control.push(0);
      return;
    }
    const [logp, entropy] = statisticsOf(batch, row, options.temperature);
    const [oldLogp, refLogp] = [batch.oldLogp[row]!, batch.refLogp[row]!];
    const advantage = batch.advantages[sequenceOf(batch, row)]!;
    const token = {
      logp,
      entropy,
      oldLogp,
      refLogp,
      advantage,
      frozenLogp: frozen[row]!,
      meanDifference: means[row] ?? 0,
      selected: chosen[row] === 1,
    };
    plain.push(tokenLossOf(token, options));
    control.push(-Math.exp(clamp(logp - oldLogp, -20, 20)) * Math.abs(advantage) * actuators[row]!);
  });
  const all = plain.map(() => 1);
  const gated = options.alphaNorm === "gated" ? actuators.map(Math.abs) : all;
  return aggregate(batch, plain, all, options) + options.alpha * aggregate(batch, control, gated, options);
}
