import assert from "node:assert/strict";
import { test } from "node:test";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { FINISHED, nextToken } from "../../src/ops/next_token.ts";
import { samplingGroup } from "../../src/testing/conformance/sampling.ts";
import { type DrawnTokens, drawTokens, NOT_DRAWN, randomLogits } from "../../src/testing/draw_tokens.ts";
import { nextTokenCases } from "../../src/testing/ops/next_token.ts";
import { nextTokenReference } from "../../src/testing/reference/next_token.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases, testConformance } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, nextTokenCases);
testConformance(device, samplingGroup.cases);

test("a sequence draws the same, to the bit, wherever it lies in whatever batch", async () => {
  for (const vocabulary of [16, 37]) {
    const rows = Array.from({ length: 9 }, (_, s) => randomLogits(vocabulary, s));
    const keys = rows.map((_, s) => 1000 + s);
    const options = { temperature: 0.9, topK: 12, topP: 0.9, seed: 4_000_000_000, length: 6, steps: 6 };
    const together = await drawTokens(device, rows, { ...options, keys });
    const backwards = await drawTokens(device, [...rows].reverse(), { ...options, keys: [...keys].reverse() });
    const alone = await drawTokens(device, [rows[4]!], { ...options, keys: [keys[4]!] });
    const cut = (state: DrawnTokens, s: number): number[] => [
      ...state.completions.slice(6 * s, 6 * s + 6),
      ...state.statistics.slice(12 * s, 12 * s + 12),
    ];
    rows.forEach((_, s) => {
      assert.deepEqual(cut(together, s), cut(backwards, 8 - s));
    });
    assert.deepEqual(cut(together, 4), cut(alone, 0));
  }
});

test("temperature 0 takes the most probable token, the lowest index of equals, with statistics at temperature 1", async () => {
  const tied = Array(41).fill(1) as number[];
  tied[7] = tied[8] = tied[33] = 2;
  const late = randomLogits(64, 9);
  late[63] = 20;
  for (const row of [tied, late, [3], [1, 1]]) {
    const { token, statistics } = await drawTokens(device, [row], { temperature: 0, topK: 3, topP: 0.5 });
    const { probabilities, logp, entropy } = nextTokenReference(row, { temperature: 0, topK: 0, topP: 1 });
    assert.equal(token[0], probabilities.indexOf(1));
    assert.ok(Math.abs(statistics[0]! - logp[token[0]!]!) < 1e-6 && Math.abs(statistics[1]! - entropy) < 1e-6);
  }
});

test("equals at the border of top-k are all kept", async () => {
  const row = [3, 1, 1, 1, 0];
  const { token } = await drawTokens(device, Array(500).fill(row) as number[][], { temperature: 1, topK: 2, topP: 1 });
  assert.deepEqual([...new Set(token)].sort(), [0, 1, 2, 3]);
});

test("a stop token is recorded and ends its sequence; so does the length; then nothing moves", async () => {
  const only = (token: number): number[] => Array.from({ length: 12 }, (_, i) => (i === token ? 50 : 0));
  const options = { temperature: 1, topK: 0, topP: 1, length: 3, stop: [4, 7], positions: [10, 20, 30] };
  const rows = [only(7), only(2), only(4)];
  const once = await drawTokens(device, rows, { ...options, steps: 1 });
  assert.deepEqual(once.done, [FINISHED + 1, 1, FINISHED + 1]);
  assert.deepEqual(once.position, [11, 21, 31]);
  const often = await drawTokens(device, rows, { ...options, steps: 5 });
  assert.deepEqual(often.done, [FINISHED + 1, FINISHED + 3, FINISHED + 1]);
  assert.deepEqual(often.position, [11, 23, 31]);
  assert.deepEqual(often.token, [7, 2, 4]);
  assert.deepEqual(often.completions, [7, NOT_DRAWN, NOT_DRAWN, 2, 2, 2, 4, NOT_DRAWN, NOT_DRAWN]);
  assert.deepEqual(often.statistics.slice(2, 6), [7, 7, 7, 7]);
});

test("logits without a row dimension are refused", async () => {
  const names = ["logits", "sequenceKey", "tokenMarks", "position", "token", "done", "completions"];
  const build = buildPlan(device, "refused", () => {
    const tensors = Object.fromEntries(names.map((name) => [name, input(name, [4], "u32")]));
    nextToken(tensors as Parameters<typeof nextToken>[0], { temperature: 1, topK: 0, topP: 1, seed: 1 });
    return {};
  });
  await assert.rejects(build, /next_token: given .* it needs logits \[S, V\]/);
});
