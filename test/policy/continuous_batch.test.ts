import assert from "node:assert/strict";
import { test } from "node:test";
import { EngineError } from "../../src/gpu/errors.ts";
import { type ContinuousBatch, createContinuousBatch, type NewTokens } from "../../src/policy/continuous_batch.ts";

const options = { sequences: 2, promptRows: 5, maxLength: 12, maxNewTokens: 8, stopTokens: [7] };
const prompts = [[1, 2], [3], [4, 5, 6], [1]].map((ids, key) => ({ ids, key }));

const got = (ids: readonly number[], isFinished = false): NewTokens => {
  return { ids, logprobs: ids.map((id) => -id), entropies: ids.map((id) => id / 2), isFinished };
};
const indices = ({ rows }: ContinuousBatch): number[] => rows.map(({ index }) => index);

test("the slot of a sequence that has ended goes to the next prompt, whose row comes first", () => {
  const batch = createContinuousBatch(prompts, options);
  batch.admit();
  assert.deepEqual(indices(batch), [0, 1]);
  const [first, second] = batch.rows;
  assert.notEqual(first!.slot, second!.slot);
  assert.equal(batch.hasRoom, false);
  const { completion } = batch.extend(first!, got([5, 7], true));
  assert.deepEqual(completion, {
    ids: [5, 7],
    logprobs: Float32Array.of(-5, -7),
    entropies: Float32Array.of(2.5, 3.5),
    finishReason: "stop",
  });
  assert.equal(batch.extend(second!, got([5, 5])).completion, undefined);
  assert.equal(batch.hasRoom, true);
  batch.admit();
  assert.deepEqual(indices(batch), [2, 1]);
  assert.equal(batch.rows[0]!.slot, first!.slot);
  assert.deepEqual(batch.rows[1]!.ids, [5, 5]);
});

test("one slot serves all prompts, one after the other", () => {
  const batch = createContinuousBatch(prompts, { ...options, sequences: 1 });
  const order: number[] = [];
  while (!batch.isDone) {
    batch.admit();
    assert.equal(batch.rows.length, 1);
    order.push(batch.rows[0]!.index);
    assert.equal(batch.extend(batch.rows[0]!, got([1], true)).completion!.finishReason, "length");
  }
  assert.deepEqual(order, [0, 1, 2, 3]);
});

test("a pass over prompts has no more rows than there is room for", () => {
  const batch = createContinuousBatch(prompts, { ...options, sequences: 4 });
  assert.deepEqual(
    batch.admit().map(({ index }) => index),
    [0, 1],
  );
  assert.equal(batch.hasRoom, true);
  assert.deepEqual(
    batch.admit().map(({ index }) => index),
    [2, 3],
  );
  assert.deepEqual(indices(batch), [2, 3, 0, 1]);
});

test("prompts that are alike take the rows of one, within a pass", () => {
  const alike = [
    [1, 2],
    [1, 2],
    [3, 4, 5],
    [1, 2],
    [1, 3],
  ].map((ids, key) => ({ ids, key }));
  const batch = createContinuousBatch(alike, { ...options, sequences: 5 });
  const fresh = batch.admit();
  assert.deepEqual(
    fresh.map(({ index, twin }) => [index, twin?.index]),
    [
      [0, undefined],
      [1, 0],
      [2, undefined],
      [3, 0],
    ],
  );
  assert.equal(new Set(fresh.map(({ slot }) => slot)).size, 4);
  const [first, second, third, fourth] = fresh.map(({ promptSlot }) => promptSlot);
  assert.deepEqual([second, fourth], [first, first]);
  assert.notEqual(third, first);
  // What an earlier pass has read is not asked for: its slot may be another sequence's by now.
  const later = createContinuousBatch(alike.slice(0, 2), { ...options, sequences: 1 });
  for (let pass = 0; pass < 2; pass += 1) {
    const [sequence] = later.admit();
    assert.equal(sequence!.twin, undefined);
    later.extend(sequence!, got([1], true));
  }
});

test("a prompt keeps its slot until the last of its sequences has ended, and others wait for it", () => {
  const groups = [[1], [1], [2], [2], [3]].map((ids, key) => ({ ids, key }));
  const batch = createContinuousBatch(groups, { ...options, sequences: 4, promptSlots: 1 });
  const [first, second] = batch.admit();
  assert.deepEqual(indices(batch), [0, 1]);
  assert.equal(batch.hasRoom, false);
  batch.extend(first!, got([1], true));
  assert.equal(batch.hasRoom, false);
  assert.deepEqual(batch.admit(), []);
  batch.extend(second!, got([1], true));
  assert.equal(batch.hasRoom, true);
  const [third, fourth] = batch.admit();
  assert.deepEqual(indices(batch), [2, 3]);
  assert.deepEqual([third!.promptSlot, fourth!.twin], [first!.promptSlot, third]);
});

test("a stop text cuts a completion off where it was completed, also between two reads", () => {
  const stopAfter = (ids: readonly number[]): number | undefined => {
    const at = ids.findIndex((id, i) => id === 3 && ids[i + 1] === 4);
    return at === -1 ? undefined : at + 2;
  };
  const batch = createContinuousBatch(prompts, { ...options, stopAfter });
  batch.admit();
  const [first, second] = batch.rows;
  assert.deepEqual(batch.extend(first!, got([9, 3])), { ids: [9, 3] });
  const ended = batch.extend(first!, got([4, 3, 4], true));
  assert.deepEqual(ended.ids, [4]);
  assert.deepEqual([ended.completion!.ids, ended.completion!.finishReason], [[9, 3, 4], "stop"]);
  assert.deepEqual([...ended.completion!.logprobs], [-9, -3, -4]);
  assert.equal(batch.extend(second!, got([4, 3], true)).completion!.finishReason, "length");
});

test("an abort ends sequences as they stand, and those that wait without a token", () => {
  const batch = createContinuousBatch(prompts, options);
  batch.admit();
  batch.extend(batch.rows[1]!, got([6]));
  const ended = batch.abort();
  assert.deepEqual(
    ended.map(({ index, completion }) => [index, completion.ids, completion.finishReason]),
    [
      [0, [], "aborted"],
      [1, [6], "aborted"],
      [2, [], "aborted"],
      [3, [], "aborted"],
    ],
  );
  assert.equal(batch.isDone, true);
});

test("prompts without tokens, or with more than there is room for, are refused", () => {
  for (const ids of [[], [1, 2, 3, 4, 5]]) {
    const refused = () => createContinuousBatch([...prompts, { ids, key: 9 }], options);
    assert.throws(refused, (error) => error instanceof EngineError && error.message.includes(`has ${ids.length} tokens`));
  }
});
