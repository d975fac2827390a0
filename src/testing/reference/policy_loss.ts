import { clampDifference, tokenOf } from "../../loss/token.ts";
import type { PolicyLossOptions } from "../../policy/options.ts";
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
  /** One per sequence. */
  readonly advantages: readonly number[];
}

export interface PolicyOptions extends PolicyLossOptions {
  readonly aggregate: "token-mean" | "sequence-mean" | "constant";
  readonly maxLength: number;
  readonly alpha: number;
}

export function sequenceOf(batch: PolicyBatch, row: number): number {
  return batch.begins.findIndex((begin, s) => begin <= row && row < batch.begins[s + 1]!);
}

export function statisticsOf(batch: PolicyBatch, row: number, temperature: number): [number, number, number, number] {
  const { vocabulary, logits, actions } = batch;
  return rowStatistics(logits.subarray(row * vocabulary, (row + 1) * vocabulary), actions[row]!, 1 / temperature);
}

/** The actuator of every row: the sign of its entropy effect, or 1 where the probability gate is open; 0 outside the mask. */
function actuatorsOf(batch: PolicyBatch, { gate, tau, temperature }: PolicyOptions): number[] {
  return batch.actions.map((_, row) => {
    if (!batch.mask[row]) return 0;
    const [logp, , , effect] = statisticsOf(batch, row, temperature);
    if (gate === "entropy-effect") return Math.sign(effect);
    return tau <= 0 || logp > Math.log(tau) ? 1 : 0;
  });
}

/** The estimate of the KL divergence to the reference policy; 0 if beta is 0. */
export function divergenceOf(logp: number, referenceLogp: number, { beta, kl = "k3" }: Pick<PolicyOptions, "beta" | "kl">): number {
  if (beta === 0) return 0;
  const u = clampDifference(referenceLogp - logp);
  return kl === "k1" ? -u : kl === "k2" ? u ** 2 / 2 : Math.exp(u) - u - 1;
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

/** What stays constant when the policy loss is differentiated: the actuator of a row and, where a loss stops a gradient, its logp. */
export interface Frozen {
  readonly actuators: readonly number[];
  readonly logps: readonly number[];
  /** The further number per row that some losses read, where it is not differentiated. */
  readonly extra: ArrayLike<number>;
}

export function frozenOf(batch: PolicyBatch, options: PolicyOptions, extra: ArrayLike<number> = []): Frozen {
  return { actuators: actuatorsOf(batch, options), logps: logpsOf(batch, options), extra };
}

function logpsOf(batch: PolicyBatch, { temperature }: PolicyOptions): number[] {
  return batch.actions.map((_, row) => (batch.mask[row] ? statisticsOf(batch, row, temperature)[0] : 0));
}

/** For each row, the mean of logp - old_logp over the response tokens of its sequence, with the differences clamped. */
function meanDifferencesOf(batch: PolicyBatch, logps: readonly number[]): number[] {
  return batch.actions.map((_, own) => {
    const rows = batch.actions.map((_, row) => row).filter((row) => batch.mask[row] && sequenceOf(batch, row) === sequenceOf(batch, own));
    return rows.reduce((sum, row) => sum + clampDifference(logps[row]! - batch.oldLogp[row]!), 0) / Math.max(1, rows.length);
  });
}

/** The whole loss of EntroPIC's method: L_policy + alpha * agg(-r |A|, over the gated tokens). */
export function policyLossReference(batch: PolicyBatch, options: PolicyOptions, frozen: Frozen): number {
  const logps = logpsOf(batch, options);
  const extra = options.loss.bySequence ? meanDifferencesOf(batch, logps) : frozen.extra;
  const plain = batch.actions.map(() => 0);
  const control = batch.actions.map(() => 0);
  batch.actions.forEach((_, row) => {
    if (!batch.mask[row]) return;
    const [logp, entropy] = statisticsOf(batch, row, options.temperature);
    const advantage = batch.advantages[sequenceOf(batch, row)]!;
    const token = tokenOf({ logp, oldLogp: batch.oldLogp[row]!, advantage, extra: extra[row] ?? 0 }, frozen.logps[row]!);
    const divergence = options.beta * divergenceOf(logp, batch.refLogp[row]!, options);
    plain[row] = options.loss.surrogate(token).value + divergence - options.entropyCoef * entropy;
    control[row] = -token.ratio * Math.abs(advantage) * frozen.actuators[row]!;
  });
  const all = plain.map(() => 1);
  const gated = options.alphaNorm === "gated" ? frozen.actuators.map(Math.abs) : all;
  return aggregate(batch, plain, all, options) + options.alpha * aggregate(batch, control, gated, options);
}
