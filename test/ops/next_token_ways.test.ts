import "../narrow_vectors.ts";
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { type DrawnTokens, type DrawOptions, drawTokens, randomLogits } from "../../src/testing/draw_tokens.ts";
import { nextTokenReference } from "../../src/testing/reference/next_token.ts";
import { isSlowAdapter } from "../slow_adapter.ts";

/** The kernels of software adapters read a row twice by few lanes; those of GPUs read it once by many, and long rows by parts. */
const software = await openDevice({ kernels: "software" });
const hardware = await openDevice({ kernels: "hardware", tune: false });
const plain = isSlowAdapter ? undefined : await openDevice({ kernels: "hardware", tune: false, lanes: 4 });
const devices = { "software adapters": software, GPUs: hardware, ...(plain && { "GPUs without subgroups": plain }) };
after(() => {
  for (const device of Object.values(devices)) device.destroy();
});

const PLAIN = { temperature: 1, topK: 0, topP: 1 } as const;

/** Logits so near to each other that every token that is kept is drawn often. Many differ in the last bits alone. */
function nearlyEqual(vocabulary: number): number[] {
  const order = Array.from({ length: vocabulary }, (_, i) => (i * 89) % vocabulary);
  return order.map((rank) => (rank % 50 === 0 ? 1 + 2 ** -13 : 1) + rank * 2 ** -23);
}

const BANNED = [0, 50, 100];
const FILTERS: readonly (readonly [name: string, options: DrawOptions])[] = [
  ["top-k", { ...PLAIN, topK: 9, banned: BANNED }],
  ["top-p", { ...PLAIN, topP: 0.4, banned: BANNED }],
  ["top-k and then top-p", { ...PLAIN, topK: 12, topP: 0.55, banned: BANNED }],
];

for (const [name, device] of Object.entries(devices)) {
  for (const [filter, options] of FILTERS) {
    test(`${filter} keeps exactly the tokens that it should, on kernels of ${name}`, async () => {
      const row = nearlyEqual(301);
      const { token } = await drawTokens(device, Array(3000).fill(row) as number[][], options);
      const { probabilities } = nextTokenReference(row, options);
      const kept = probabilities.flatMap((probability, i) => (probability > 0 ? [i] : []));
      assert.deepEqual(
        [...new Set(token)].sort((a, b) => a - b),
        kept,
      );
    });
  }
}

const WAYS: readonly (readonly [vocabulary: number, options: DrawOptions])[] = [
  [37, { ...PLAIN, repetitionPenalty: 1.3, seen: [0, 4, 36] }],
  [37, { ...PLAIN, topP: 0.8 }],
  // Nine parts of a row, which is more than a subgroup of lavapipe has lanes.
  [70_006, { ...PLAIN, banned: [1, 2, 30, 70_000], repetitionPenalty: 1.3, seen: [0, 4, 70_001] }],
  [20_006, { ...PLAIN, topK: 300, topP: 0.9 }],
];

function assertSame(actual: DrawnTokens, expected: DrawnTokens): void {
  assert.deepEqual(actual.token, expected.token);
  actual.statistics.forEach((value, i) => {
    assert.ok(Math.abs(value - expected.statistics[i]!) < 4e-6 * (1 + Math.abs(value)), `${value} instead of ${expected.statistics[i]}`);
  });
}

for (const [vocabulary, options] of WAYS) {
  test(`both kinds of kernels draw the same tokens, V ${vocabulary} ${JSON.stringify(options)}`, async () => {
    const rows = Array.from({ length: vocabulary < 100 ? 60 : 3 }, (_, seed) => randomLogits(vocabulary, seed, 2));
    const sampled = await drawTokens(software, rows, { ...options, seed: 7 });
    assertSame(await drawTokens(hardware, rows, { ...options, seed: 7 }), sampled);
  });
}

/** Filters that keep the most probable token alone. */
const NARROW: readonly Partial<DrawOptions>[] = [
  { topK: 1 },
  { topP: 1e-6 },
  { minP: 1 },
  { topK: 1, banned: [3, 4, 5] },
  { topK: 5, topP: 1e-6, repetitionPenalty: 1.3, seen: [0, 7, 11] },
];

for (const [name, device] of Object.entries(devices)) {
  test(`at any temperature the most probable token is kept, on kernels of ${name}`, async () => {
    const rows = Array.from({ length: 100 }, (_, seed) => randomLogits(37, seed, 5));
    for (const temperature of [0.7, 1.3]) {
      for (const filter of NARROW) {
        const best = await drawTokens(device, rows, { ...PLAIN, ...filter, topK: 0, topP: 1, minP: 0, temperature: 0 });
        const { token } = await drawTokens(device, rows, { ...PLAIN, ...filter, temperature });
        assert.deepEqual(token, best.token, JSON.stringify({ temperature, ...filter }));
      }
    }
  });
}

test("logits that are NaN give some token, and masks of -1e30 are never drawn", async () => {
  const masked = Array.from({ length: 37 }, (_, i) => (i % 9 === 4 ? 1 : -1e30));
  for (const device of [software, hardware]) {
    for (const options of [PLAIN, { ...PLAIN, topK: 3, topP: 0.5 }]) {
      const broken = [Array(37).fill(Number.NaN), [...Array(36).fill(1), Number.NaN]] as number[][];
      const { token, done } = await drawTokens(device, broken, options);
      assert.ok(token.every((drawn) => drawn < 37) && done.every((count) => count % 2 ** 31 === 1), String([token, done]));
      const drawn = await drawTokens(device, Array(60).fill(masked) as number[][], options);
      assert.deepEqual([...new Set(drawn.token.map((one) => one % 9))], [4]);
    }
  }
});
