import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostArray } from "../../src/gpu/buffer.ts";
import { differentiate } from "../../src/graph/differentiate.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { add } from "../../src/ops/add.ts";
import { addOnto } from "../../src/ops/add_onto.ts";
import { embedding } from "../../src/ops/embedding.ts";
import { embeddingCases } from "../../src/testing/ops/embedding.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, embeddingCases);

for (const vocabulary of [6, 300]) {
  test(`embedding: a token beyond the table of ${vocabulary} gives NaN and touches no gradient`, async () => {
    const { y, gradient } = await gradientOnto(vocabulary, [2, vocabulary, 0xffffffff, 2], 0);
    assert.deepEqual([...y.slice(0, 2), ...y.slice(6)], [5, 6, 5, 6]);
    assert.ok(y.slice(2, 6).every((value) => Number.isNaN(value)));
    const expected = new Float32Array(vocabulary * 2);
    expected.set([1 + 7, 2 + 8], 4);
    assert.deepEqual(gradient, expected);
  });

  test(`embedding: untouched rows of ${vocabulary} keep their gradient when accumulating and become 0 otherwise`, async () => {
    for (const accumulate of [0, 1]) {
      const { gradient } = await gradientOnto(vocabulary, [1, 3, 1, 5], accumulate);
      assert.deepEqual(
        [...gradient.slice(0, 4)],
        [9, 9, 1 + 5, 2 + 6].map((value, i) => (i < 2 ? value * accumulate : value + 9 * accumulate)),
      );
      assert.deepEqual([...gradient.slice(6, 8)], [3 + 9 * accumulate, 4 + 9 * accumulate]);
      assert.equal(gradient.at(-1), vocabulary === 6 ? 8 + 9 * accumulate : 9 * accumulate);
    }
  });
}

/** Gathers 4 tokens from a table that counts 1, 2, 3 ...; the gradient of y counts too and goes onto a sink of nines. */
async function gradientOnto(vocabulary: number, tokens: readonly number[], accumulate: number) {
  const plan = await buildPlan(device, "embedding", () => {
    const weight = input("weight", [vocabulary, 2]);
    const onto = input("onto", [vocabulary, 2]);
    const y = embedding(input("tokens", [4], "u32"), weight);
    differentiate({ seeds: new Map([[y, input("seed", [4, 2])]]), sinks: new Map([[weight, { onto, accumulate }]]), add, addOnto });
    return { keep: [y], y, onto };
  });
  const count = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => i + 1);
  const inputs = { weight: count(vocabulary * 2), seed: count(8), onto: new Float32Array(vocabulary * 2).fill(9) };
  plan.poison();
  // A run with other tokens comes first: what it leaves in memory must not be taken for this run's.
  plan.run({ inputs: { ...inputs, tokens: Uint32Array.of(0, 4, 0, 0) } });
  plan.run({ inputs: { ...inputs, tokens: Uint32Array.from(tokens) } });
  const [y, gradient] = (await plan.read([plan.result.y, plan.result.onto])) as [HostArray, HostArray];
  plan.destroy();
  return { y, gradient };
}

test("embedding names what it was given when shapes do not fit", async () => {
  const wrong = (): Promise<unknown> =>
    buildPlan(device, "wrong", () => ({ keep: [embedding(input("tokens", [4]), input("weight", [3, 2]))] }));
  await assert.rejects(wrong, /embedding: given tokens \[4\], weight \[3, 2\]; it needs tokens \[N\] of u32 and weight \[V, C\]/);
});
