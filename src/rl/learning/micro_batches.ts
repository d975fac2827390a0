import { TOKEN_INPUT } from "../../ops/records.ts";
import type { RolloutEntry } from "../sampling/rollout.ts";
import { layRows, type RowSharing, rowsBehind, rowsOfSample, type Tokens } from "./row_layout.ts";

/** One sampled completion, ready to learn from. Token counts: prompt P, completion M. */
export interface Sample extends Tokens {
  /** Log-probability of every completion token when it was sampled, in nats [M]. */
  readonly oldLogprobs: ArrayLike<number>;
  /** Entropy of the distribution that every completion token was drawn from, or with tis, icepop or mis the trainer's, in nats [M]. */
  readonly oldEntropies?: ArrayLike<number>;
  /** Log-probability of every completion token under the reference model [M]; absent without a KL term. */
  readonly referenceLogprobs?: ArrayLike<number>;
  /** The advantage of the completion, or one of every completion token [M]. */
  readonly advantage: number | ArrayLike<number>;
  /** What the advantage is multiplied by at every completion token [M]; absent: 1. */
  readonly importance?: ArrayLike<number>;
  /** The class of every completion token [M], where entropy is controlled by class; absent: all of class 0. */
  readonly classes?: ArrayLike<number>;
  /** Leaves the completion out of the loss, the entropy and every mean over tokens. */
  readonly isMasked?: boolean;
}

/** Makes samples of sampled completions and their advantages. `maskTruncated` masks the completions that were cut short. */
export function toSamples(
  entries: readonly RolloutEntry[],
  advantages: ArrayLike<number> | readonly ArrayLike<number>[],
  { classes, maskTruncated }: { readonly classes: readonly ArrayLike<number>[] | undefined; readonly maskTruncated: boolean },
): Sample[] {
  return entries.map(({ promptIds, completion }, i) => ({
    promptIds,
    completionIds: completion.ids,
    oldLogprobs: completion.logprobs,
    oldEntropies: completion.entropies,
    advantage: advantages[i]!,
    ...(classes && { classes: classes[i]! }),
    ...(maskTruncated && completion.finishReason === "length" && { isMasked: true }),
  }));
}

/** How the losses of tokens become one number (docs/method.md, "How tokens add up"). */
export type Aggregate = "token-mean" | "sequence-mean" | "constant";

/** Samples packed for one submission: N rows of S sequences. Row i holds a token; its action is the token that follows. */
export interface PackedBatch {
  readonly rows: number;
  readonly sequences: number;
  /** Response tokens of this batch. */
  readonly responseTokens: number;
  /** The row of every sample's first response token; the others follow it. */
  readonly responses: readonly number[];
  /** Named inputs of the update plan. */
  readonly inputs: Readonly<Record<string, Uint32Array | Float32Array>>;
}

/** The totals of a whole optimiser step, over all its micro-batches, of which the weights of tokens are shares. */
export interface StepTotals {
  readonly sequences: number;
  readonly responseTokens: number;
}

export function totalsOf(samples: readonly Sample[]): StepTotals {
  const counted = samples.filter(({ isMasked }) => !isMasked);
  return {
    sequences: counted.length,
    responseTokens: counted.reduce((total, sample) => total + sample.completionIds.length, 0),
  };
}

interface Packing extends RowSharing {
  readonly aggregate: Aggregate;
  readonly maxLength: number;
  /** Whether the batch holds the entropies at sampling too, which every sample must then have. */
  readonly oldEntropies?: boolean | undefined;
}

/**
 * Packs samples end to end. The weight of a response token is its share of the loss: 1/tokens (token-mean),
 * 1/(sequences * tokens of its sequence) (sequence-mean), 1/(sequences * maxLength) (constant, Dr. GRPO).
 */
export function packBatch(samples: readonly Sample[], totals: StepTotals, options: Packing): PackedBatch {
  const { rows, places, responses, structure } = layRows(samples, options);
  const tokens = new Uint32Array(rows);
  const actions = new Uint32Array(rows);
  for (const { sample, row, position, rows: count } of places) {
    const ids = [...sample.promptIds, ...sample.completionIds];
    tokens.set(ids.slice(position, position + count), row);
    actions.set(ids.slice(position + 1, position + 1 + count), row);
  }
  const tokenInputs = new Float32Array(rows * TOKEN_INPUT.size);
  const oldEntropy = options.oldEntropies ? new Float32Array(rows) : undefined;
  // A sequence's range of rows holds shared rows before it too, which count for nothing there.
  const sequenceBegin = Uint32Array.of(0, ...samples.map(({ completionIds }, s) => responses[s]! + completionIds.length));
  samples.forEach((sample, s) => {
    if (sample.isMasked) return;
    const weight = weightOf(sample, totals, options);
    for (let response = 0; response < sample.completionIds.length; response += 1) {
      const row = responses[s]! + response;
      const own = TOKEN_INPUT.pack({
        old_logp: sample.oldLogprobs[response]!,
        reference_logp: (sample.referenceLogprobs ?? sample.oldLogprobs)[response]!,
        advantage: advantageOf(sample, response) * (sample.importance?.[response] ?? 1),
        weight,
        mask: 1 + (sample.classes?.[response] ?? 0),
        control_weight: 1,
      });
      tokenInputs.set(own, row * TOKEN_INPUT.size);
      if (oldEntropy) oldEntropy[row] = sample.oldEntropies![response]!;
    }
  });
  return {
    rows,
    sequences: samples.length,
    responseTokens: totalsOf(samples).responseTokens,
    responses,
    inputs: {
      ...{ tokens, actions, token_inputs: tokenInputs, sequence_begin: sequenceBegin },
      ...(oldEntropy && { old_entropy: oldEntropy }),
      ...structure,
    },
  };
}

/** The advantage of a token of a sample. */
export function advantageOf({ advantage }: Pick<Sample, "advantage">, token: number): number {
  return typeof advantage === "number" ? advantage : advantage[token]!;
}

function weightOf(sample: Sample, totals: StepTotals, options: Packing): number {
  if (options.aggregate === "token-mean") return 1 / Math.max(1, totals.responseTokens);
  if (options.aggregate === "constant") return 1 / (totals.sequences * options.maxLength);
  return 1 / (totals.sequences * Math.max(1, sample.completionIds.length));
}

/** Splits samples, in order, into micro-batches of at most `maxRows` rows each. @throws when one sample alone exceeds it */
export function microBatches(samples: readonly Sample[], maxRows: number, sharing: RowSharing = {}): Sample[][] {
  const batches: Sample[][] = [];
  let current: Sample[] = [];
  let rows = 0;
  for (const sample of samples) {
    const alone = rowsOfSample(sample);
    if (alone > maxRows) throw new Error(`a sample of ${alone} rows exceeds grpo.microBatchRows ${maxRows}; raise it`);
    let more = rowsBehind(sample, current.at(-1), sharing);
    if (rows + more > maxRows) {
      batches.push(current);
      [current, rows, more] = [[], 0, alone];
    }
    current.push(sample);
    rows += more;
  }
  return current.length > 0 ? [...batches, current] : batches;
}
