import { type ControlState, type Measured, readState } from "../control/state.ts";
import { BATCH_METRICS, type BatchMetrics, OPTIMIZER_STATE } from "../ops/records.ts";

/** Named numbers of one optimiser step, as the GPU computed them. */
export interface UpdateResult extends ControlState {
  readonly loss: number;
  /** Mean entropy of the response tokens before the update, in nats. */
  readonly entropy: number;
  /** The entropy of each loop's tokens before the update, for the next update of the same rollout. */
  readonly measured: Measured;
  /** One record for each micro-batch, of the tokens that it holds. */
  readonly metrics: readonly BatchMetrics[];
  readonly gradNorm: number;
  /** How many tokens the loss selected in all micro-batches; 0 for a loss that selects none. */
  readonly selected: number;
  /** How many tokens `tokenShare` selected in all micro-batches, and the least entropy among them; zeros where it takes all. */
  readonly learning: { readonly tokens: number; readonly leastEntropy: number };
  /** Whether this step was skipped because a gradient, or what it would make of a weight or moment, was not finite. */
  readonly wasSkipped: boolean;
  /** Steps skipped so far. */
  readonly skipped: number;
}

/** What is read back after every submission. */
export type ReadBack = Readonly<Record<"control" | "metrics" | "optimizer" | "selected" | "learning", ArrayBuffer>>;

/** What a step read back: after each micro-batch, and in the end. */
export interface Reading {
  readonly parts: readonly ReadBack[];
  readonly last: ReadBack;
  /** Whether one batch was the whole step, so that the state has counted silent tokens with it. */
  readonly isWhole: boolean;
}

/** The result of a step, in which `silent` tokens counted too. */
export function toResult({ parts, last, isWhole }: Reading, silent: Measured = []): UpdateResult {
  const { norm, scale, skipped } = OPTIMIZER_STATE.read(new Float32Array(last.optimizer));
  const metrics = parts.map((bytes) => BATCH_METRICS.read(new Float32Array(bytes.metrics)));
  const measured = measuredOf(parts.map((bytes) => readState(new Float32Array(bytes.control))));
  const own = { entropy: tokenMean(metrics, "entropy"), tokens: metrics.reduce((sum, { token_count }) => sum + token_count, 0) };
  return {
    loss: metrics.reduce((sum, { loss }) => sum + loss, 0),
    entropy: joined([own, ...silent]).entropy,
    ...readState(new Float32Array(last.control)),
    measured: withSilent(measured, isWhole ? [] : silent),
    metrics,
    gradNorm: norm,
    selected: parts.reduce((sum, bytes) => sum + new Float32Array(bytes.selected)[0]!, 0),
    learning: learningOf(parts.map((bytes) => new Float32Array(bytes.learning))),
    wasSkipped: scale === 0,
    skipped,
  };
}

function learningOf(all: readonly Float32Array[]): UpdateResult["learning"] {
  const own = all.filter(([tokens]) => tokens! > 0);
  const tokens = own.reduce((sum, [count]) => sum + count!, 0);
  return { tokens, leastEntropy: tokens > 0 ? Math.min(...own.map(([, least]) => least!)) : 0 };
}

/** The entropy of each loop's tokens over the micro-batches, weighted by its tokens in each. */
export function measuredOf(states: readonly ControlState[]): Measured {
  return states[0]!.loops.map((_, i) =>
    joined(states.map(({ loops }) => ({ entropy: loops[i]!.batch_entropy, tokens: loops[i]!.token_count }))),
  );
}

/** What the batches of a step measured, with what tokens add that none of them holds. */
export function withSilent(measured: Measured, silent: Measured = []): Measured {
  return measured.map((own, i) => joined([own, ...silent.slice(i, i + 1)]));
}

/** The mean entropy of tokens that are known in parts. */
function joined(parts: Measured): Measured[number] {
  const tokens = parts.reduce((sum, part) => sum + part.tokens, 0);
  return { tokens, entropy: parts.reduce((sum, part) => sum + part.tokens * part.entropy, 0) / Math.max(1, tokens) };
}

/** The mean of a metric over the tokens of all micro-batches, each of which reports a mean of its own. */
export function tokenMean(metrics: readonly BatchMetrics[], field: keyof BatchMetrics): number {
  const tokens = metrics.reduce((sum, { token_count }) => sum + token_count, 0);
  return metrics.reduce((sum, record) => sum + record[field] * record.token_count, 0) / Math.max(1, tokens);
}
