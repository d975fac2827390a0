import assert from "node:assert/strict";
import { test } from "node:test";
import { keysOf, seedOf } from "../../../src/rl/sampling/keys.ts";

/** Where the keys of a rollout begin and end among all keys of all blocks. */
function rangeOf(kind: Parameters<typeof keysOf>[0], index: number, size: number): [begin: number, end: number] {
  const { first, block } = keysOf(kind, index, size);
  return [block * 2 ** 32 + first, block * 2 ** 32 + first + size];
}

test("rollouts of any kind have keys of their own, whatever their size and number", () => {
  for (const size of [1, 3, 8_192, 2 ** 20 - 1, 2 ** 20, 2 ** 30]) {
    const inBlock = Math.floor(2 ** 30 / size);
    const ranges = (["step", "extra"] as const).flatMap((kind) =>
      [0, 1, 2, inBlock - 1, inBlock, inBlock + 1, 7 * inBlock - 1, 7 * inBlock, 160_000_000].map((index) => ({ kind, index })),
    );
    const all = [...ranges, { kind: "evaluation" as const, index: 0 }, { kind: "probe" as const, index: 0 }];
    const different = [...new Map(all.map((one) => [`${one.kind} ${one.index}`, one])).values()];
    const sorted = different.map(({ kind, index }) => rangeOf(kind, index, size)).sort(([a], [b]) => a - b);
    for (const [i, [begin, end]] of sorted.entries()) {
      assert.ok(end % 2 ** 32 === 0 || Math.floor(begin / 2 ** 32) === Math.floor(end / 2 ** 32), "a key has 32 bits");
      assert.ok(i === 0 || sorted[i - 1]![1] <= begin, `size ${size}: ${sorted[i - 1]} and ${begin}`);
    }
  }
});

test("a run's first block has the run's seed, and every other another", () => {
  const seeds = Array.from({ length: 1000 }, (_, block) => seedOf(7, { first: 0, block }));
  assert.equal(seeds[0], 7);
  assert.equal(new Set(seeds).size, 1000);
  assert.ok(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32));
});
