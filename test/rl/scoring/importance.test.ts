import assert from "node:assert/strict";
import { test } from "node:test";
import { TOKEN_INPUT } from "../../../src/ops/records.ts";
import { packBatch, type Sample, totalsOf } from "../../../src/rl/learning/micro_batches.ts";
import { samplerGap, withImportance } from "../../../src/rl/scoring/importance.ts";

const samples: readonly Sample[] = [
  { promptIds: [1, 2], completionIds: [3, 4, 5], oldLogprobs: [-1, -2, -3], advantage: 2 },
  { promptIds: [1], completionIds: [6], oldLogprobs: [-1], advantage: -1 },
];
const scored = [
  [-1.5, -2, -1],
  [-30, 0],
];

function near(actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of expected.entries()) assert.ok(Math.abs(actual[i]! - value) < 1e-12, `${actual[i]} instead of ${value} at ${i}`);
}

test("tokens are weighed by trainer over sampler, at most the bound, and the trainer's log-probabilities become the old ones", () => {
  const [first, second] = withImportance(samples, scored, { bound: 2, bySequence: false });
  near(first!.importance!, [Math.exp(-0.5), 1, 2]);
  near(second!.importance!, [Math.exp(-20)]);
  assert.deepEqual(first!.oldLogprobs, scored[0]);
  assert.equal(first!.advantage, 2, "the advantage of the sequence stays as it was");
});

test("by sequence there is one weight, of the mean difference", () => {
  const [first] = withImportance(samples, scored, { bound: 2, bySequence: true });
  near(
    first!.importance!,
    [1, 1, 1].map(() => Math.exp(0.5)),
  );
  const [bounded] = withImportance(samples, scored, { bound: 1.2, bySequence: true });
  near(bounded!.importance!, [1.2, 1.2, 1.2]);
});

test("packing multiplies the advantage of each token", () => {
  const weighed = withImportance(samples, scored, { bound: 2, bySequence: false });
  const advantagesOf = (list: readonly Sample[]): number[] => {
    const { inputs } = packBatch(list, totalsOf(list), { aggregate: "token-mean", maxLength: 3 });
    return TOKEN_INPUT.column(inputs.token_inputs!, "advantage");
  };
  assert.deepEqual(advantagesOf(samples), [0, 2, 2, 2, -1]);
  assert.deepEqual(advantagesOf(weighed), [0, 2 * Math.exp(-0.5), 2, 4, -Math.exp(-20)].map(Math.fround));
});

test("the gap between sampler and trainer is of all tokens, unbounded by the weight's limit", () => {
  const { difference, ratio } = samplerGap(samples, scored);
  near([difference.mean, difference.max], [(0.5 + 0 + 2 + 20) / 4, 20]);
  near([ratio.min, ratio.mean, ratio.max], [Math.exp(-20), (Math.exp(-0.5) + 1 + Math.exp(2) + Math.exp(-20)) / 4, Math.exp(2)]);
});
