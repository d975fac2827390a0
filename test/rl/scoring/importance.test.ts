import assert from "node:assert/strict";
import { test } from "node:test";
import { TOKEN_INPUT } from "../../../src/ops/records.ts";
import { packBatch, type Sample, totalsOf } from "../../../src/rl/learning/micro_batches.ts";
import { type ImportanceOptions, maskedShare, samplerGap, weighing, withImportance } from "../../../src/rl/scoring/importance.ts";

const samples: readonly Sample[] = [
  { promptIds: [1, 2], completionIds: [3, 4, 5], oldLogprobs: [-1, -2, -3], advantage: 2 },
  { promptIds: [1], completionIds: [6], oldLogprobs: [-1], advantage: -1 },
];
const scored = [
  [-1.5, -2, -1],
  [-30, 0],
].map((logprobs, i) => ({ logprobs: Float32Array.from(logprobs), entropies: Float32Array.from(logprobs, (_, j) => i + j) }));

/** The samples weighed as some options say. */
function weighed(options: Partial<ImportanceOptions>, { bySequence = false } = {}): Sample[] {
  return withImportance(samples, scored, weighing({ tis: null, icepop: null, mis: null, ...options }, { bySequence })!);
}

function near(actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of expected.entries()) assert.ok(Math.abs(actual[i]! - value) < 1e-12, `${actual[i]} instead of ${value} at ${i}`);
}

test("tokens are weighed by trainer over sampler, at most the bound, and the trainer's log-probabilities become the old ones", () => {
  const [first, second] = weighed({ tis: 2 });
  near(first!.importance!, [Math.exp(-0.5), 1, 2]);
  near(second!.importance!, [Math.exp(-20)]);
  assert.deepEqual(first!.oldLogprobs, scored[0]!.logprobs);
  assert.equal(first!.advantage, 2, "the advantage of the sequence stays as it was");
});

test("by sequence there is one weight, of the mean difference", () => {
  const [first] = weighed({ tis: 2 }, { bySequence: true });
  near(
    first!.importance!,
    [1, 1, 1].map(() => Math.exp(0.5)),
  );
  const [bounded] = weighed({ tis: 1.2 }, { bySequence: true });
  near(bounded!.importance!, [1.2, 1.2, 1.2]);
});

test("icepop masks single tokens outside the range, and weighs the others without a bound of their own", () => {
  // e^-0.5 = 0.61, 1, e^2 = 7.4; e^-20 of the second sequence
  const [first, second] = weighed({ icepop: [0.5, 2] });
  near(first!.importance!, [Math.exp(-0.5), 1, 0]);
  near(second!.importance!, [0]);
  near(weighed({ icepop: [0.7, 8] })[0]!.importance!, [0, 1, Math.exp(2)]);
  near(weighed({ icepop: [1, 1] })[0]!.importance!, [0, 1, 0]);
  assert.equal(maskedShare([first!, second!]), 2 / 4);
  assert.equal(maskedShare(samples), 0);
});

test("mis masks whole sequences by the product of their tokens' ratios, and weighs the others by it", () => {
  // e^(-0.5 + 0 + 2) = 4.48 and e^-20
  const product = Math.exp(1.5);
  const [first, second] = weighed({ mis: [0.5, 5] });
  near(first!.importance!, [product, product, product]);
  near(second!.importance!, [0]);
  near(weighed({ mis: [0.5, 2] })[0]!.importance!, [0, 0, 0]);
  near(weighed({ mis: [0, 5] })[1]!.importance!, [Math.exp(-20)]);
  assert.equal(maskedShare([first!, second!]), 1 / 4);
});

test("no option, no weights; entropies at sampling become the trainer's where a loss reads them", () => {
  assert.equal(weighing({ tis: null, icepop: null, mis: null }, { bySequence: false }), undefined);
  assert.equal(weighed({ tis: 2 })[0]!.oldEntropies, undefined);
  const read = samples.map((sample) => ({ ...sample, oldEntropies: [9, 9, 9] }));
  const [first] = withImportance(read, scored, weighing({ tis: 2, icepop: null, mis: null }, { bySequence: false })!);
  assert.deepEqual(first!.oldEntropies, scored[0]!.entropies);
});

test("packing multiplies the advantage of each token", () => {
  const truncated = weighed({ tis: 2 });
  const advantagesOf = (list: readonly Sample[]): number[] => {
    const { inputs } = packBatch(list, totalsOf(list), { aggregate: "token-mean", maxLength: 3 });
    return TOKEN_INPUT.column(inputs.token_inputs!, "advantage");
  };
  assert.deepEqual(advantagesOf(samples), [0, 2, 2, 2, -1]);
  assert.deepEqual(advantagesOf(truncated), [0, 2 * Math.exp(-0.5), 2, 4, -Math.exp(-20)].map(Math.fround));
});

test("the gap between sampler and trainer is of all tokens, unbounded by the weight's limit", () => {
  const { difference, ratio } = samplerGap(samples, scored)!;
  near([difference.mean, difference.max], [(0.5 + 0 + 2 + 20) / 4, 20]);
  near([ratio.min, ratio.mean, ratio.max], [Math.exp(-20), (Math.exp(-0.5) + 1 + Math.exp(2) + Math.exp(-20)) / 4, Math.exp(2)]);
});

test("completions that maskTruncated leaves out count neither in the gap nor among the masked tokens, and all of them give no gap", () => {
  const [first, second] = samples;
  const cut = { ...second!, isMasked: true };
  const { difference, ratio } = samplerGap([first!, cut], scored)!;
  near([difference.mean, difference.max], [(0.5 + 0 + 2) / 3, 2]);
  near([ratio.min, ratio.max], [Math.exp(-0.5), Math.exp(2)]);
  const weigh = weighing({ tis: null, icepop: [0.5, 2], mis: null }, { bySequence: false })!;
  assert.equal(maskedShare(withImportance([first!, cut], scored, weigh)), 1 / 3);
  assert.equal(samplerGap([cut], scored.slice(1)), undefined);
});
