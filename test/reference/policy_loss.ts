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

export interface PolicyOptions {
  readonly temperature: number;
  readonly clipLow: number;
  readonly clipHigh: number;
  readonly dualClip: number | null;
  readonly beta: number;
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

/** Loss of one token without control: PPO clip, dual clip, k3 to the reference, entropy bonus. */
export function tokenLossOf(
  token: { logp: number; entropy: number; oldLogp: number; refLogp: number; advantage: number },
  options: Pick<PolicyOptions, "clipLow" | "clipHigh" | "dualClip" | "beta" | "entropyCoef">,
): number {
  const { logp, advantage: A } = token;
  const r = Math.exp(clamp(logp - token.oldLogp, -20, 20));
  let loss = -Math.min(r * A, clamp(r, 1 - options.clipLow, 1 + options.clipHigh) * A);
  if (options.dualClip !== null && A < 0) loss = Math.min(loss, -options.dualClip * A);
  if (options.beta !== 0) {
    const u = clamp(token.refLogp - logp, -20, 20);
    loss += options.beta * (Math.exp(u) - u - 1);
  }
  return loss - options.entropyCoef * token.entropy;
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

/** The whole loss of EntroPIC's method: L_PPO + alpha * agg(-r |A|, over the gated tokens). The gate is given, for it is not differentiated. */
export function policyLossReference(batch: PolicyBatch, options: PolicyOptions, actuators: readonly number[]): number {
  const plain: number[] = [];
  const control: number[] = [];
  batch.actions.forEach((_, row) => {
    if (!batch.mask[row]) {
      plain.push(0);
      control.push(0);
      return;
    }
    const [logp, entropy] = statisticsOf(batch, row, options.temperature);
    const advantage = batch.advantages[sequenceOf(batch, row)]!;
    plain.push(tokenLossOf({ logp, entropy, oldLogp: batch.oldLogp[row]!, refLogp: batch.refLogp[row]!, advantage }, options));
    control.push(-Math.exp(clamp(logp - batch.oldLogp[row]!, -20, 20)) * Math.abs(advantage) * actuators[row]!);
  });
  const all = plain.map(() => 1);
  const gated = options.alphaNorm === "gated" ? actuators.map(Math.abs) : all;
  return aggregate(batch, plain, all, options) + options.alpha * aggregate(batch, control, gated, options);
}
