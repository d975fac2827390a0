import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TOKEN_INPUT } from "../../../src/ops/records.ts";
import { microBatches, packBatch, type Sample, totalsOf } from "../../../src/rl/learning/micro_batches.ts";

const PACKING = { aggregate: "token-mean", maxLength: 9, sharesRows: true } as const;

/** Prompts of one to four tokens, some of them alike, and completions of one to five whose log-probabilities are all different. */
const samplesOf = fc.array(fc.tuple(fc.constantFrom([7], [7, 8], [7, 9], [1, 2, 3, 4]), fc.integer({ min: 1, max: 5 })), {
  minLength: 1,
  maxLength: 12,
});

function toSamples(drawn: readonly (readonly [readonly number[], number])[]): Sample[] {
  return drawn.map(([promptIds, length], s) => ({
    promptIds: [...promptIds],
    completionIds: Array.from({ length }, (_, i) => 100 + 10 * s + i),
    oldLogprobs: Array.from({ length }, (_, i) => -(10 * s + i + 1)),
    advantage: s + 1,
  }));
}

/** Every token that a row attends to, itself last, by the positions that the model is told. */
function contextOf(row: number, inputs: Readonly<Record<string, ArrayLike<number>>>): number[] {
  const [from, to, start] = [0, 1, 2].map((i) => inputs.attended![3 * row + i]!) as [number, number, number];
  const rows = [...Array(to - from).keys()].map((i) => from + i).concat([...Array(row - start + 1).keys()].map((i) => start + i));
  assert.deepEqual(
    rows.map((at) => inputs.positions![at]),
    rows.map((_, position) => position),
  );
  return rows.map((at) => inputs.tokens![at]!);
}

test("every action stands behind all tokens of its own sample before it, and no others", () => {
  fc.assert(
    fc.property(samplesOf, (drawn) => {
      const samples = toSamples(drawn);
      const { rows, inputs, responses } = packBatch(samples, totalsOf(samples), PACKING);
      assert.equal(inputs.tokens!.length, rows);
      const seen = samples.map(({ promptIds, completionIds, oldLogprobs }, s) =>
        completionIds.map((id, i) => {
          const row = responses[s]! + i;
          assert.deepEqual(contextOf(row, inputs), [...promptIds, ...completionIds.slice(0, i)]);
          assert.equal(inputs.actions![row], id);
          const { old_logp, mask, advantage } = TOKEN_INPUT.read(inputs.token_inputs as Float32Array, row * TOKEN_INPUT.size);
          assert.deepEqual([old_logp, mask, advantage], [oldLogprobs[i], 1, s + 1]);
          const [begin, end] = [inputs.sequence_begin![s]!, inputs.sequence_begin![s + 1]!];
          assert.ok(row >= begin && row < end, "the row lies in its sequence's range");
          return row;
        }),
      );
      const masks = TOKEN_INPUT.column(inputs.token_inputs as Float32Array, "mask");
      assert.equal(
        masks.reduce((a, b) => a + b),
        seen.flat().length,
        "no other row counts",
      );
    }),
  );
});

test("a row's queries end where the last row is that attends to it", () => {
  fc.assert(
    fc.property(samplesOf, (drawn) => {
      const samples = toSamples(drawn);
      const { rows, inputs } = packBatch(samples, totalsOf(samples), PACKING);
      const last = new Array<number>(rows).fill(0);
      for (let row = 0; row < rows; row += 1) {
        const [from, to, start] = [0, 1, 2].map((i) => inputs.attended![3 * row + i]!) as [number, number, number];
        for (let key = from; key < to; key += 1) last[key] = row + 1;
        for (let key = start; key <= row; key += 1) last[key] = row + 1;
      }
      assert.deepEqual([...inputs.query_end!], last);
    }),
  );
});

test("prompts that are alike take their rows once, and micro-batches are as full as they can be", () => {
  const prompt = [1, 2, 3, 4];
  const samples = toSamples([...Array(6).keys()].map(() => [prompt, 2] as const));
  assert.equal(packBatch(samples, totalsOf(samples), PACKING).rows, 3 + 6 * 2);
  assert.equal(packBatch(samples, totalsOf(samples), { ...PACKING, sharesRows: false }).rows, 6 * 5);
  const sizes = (most: number, sharesRows: boolean): number[] => microBatches(samples, most, { sharesRows }).map(({ length }) => length);
  assert.deepEqual(sizes(15, true), [6]);
  assert.deepEqual(sizes(14, true), [5, 1]);
  assert.deepEqual(sizes(9, true), [3, 3]);
  assert.deepEqual(sizes(15, false), [3, 3]);
  fc.assert(
    fc.property(samplesOf, fc.integer({ min: 8, max: 20 }), (drawn, most) => {
      for (const group of microBatches(toSamples(drawn), most, PACKING)) {
        assert.ok(packBatch(group, totalsOf(group), PACKING).rows <= most);
      }
    }),
  );
});
