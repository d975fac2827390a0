import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../../../src/random.ts";
import { passRates } from "../../../src/rl/evaluation/rates.ts";

test("pass@k for several k, in order and once each, with the standard error over problems", () => {
  const rates = passRates(4, [0, 4, 1], [4, 1, 2, 1]);
  assert.deepEqual([...rates.keys()], [1, 2, 4]);
  // By hand: 0, 1, 1/4; 0, 1, 1 - C(3,2)/C(4,2) = 1/2; 0, 1, 1.
  assert.ok(Math.abs(rates.get(1)!.mean - 5 / 12) < 1e-12);
  assert.ok(Math.abs(rates.get(2)!.mean - 1 / 2) < 1e-12);
  assert.ok(Math.abs(rates.get(4)!.mean - 2 / 3) < 1e-12);
  const squares = [0, 1, 0.25].map((value) => (value - 5 / 12) ** 2).reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(rates.get(1)!.error - Math.sqrt(squares / 2 / 3)) < 1e-12);
  assert.equal(passRates(4, [3], [1]).get(1)!.error, 0, "one problem tells nothing of others");
  assert.throws(() => passRates(4, [], [1]), /no problems/);
  assert.throws(() => passRates(4, [1], [5]), /not defined/);
});

test("pass@k is unbiased, and its standard error is the spread of repeated evaluations", () => {
  const random = createRandom(11);
  const [problems, completions, k, repeats] = [200, 8, 4, 400];
  const means: number[] = [];
  const errors: number[] = [];
  let exact = 0;
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    // Problems are drawn anew: half of them are hard. The chance of a right completion is uniform in a range.
    const chances = Array.from({ length: problems }, () => (random.uniform() < 0.5 ? 0.1 : 0.7) * random.uniform());
    const right = chances.map((chance) => Array.from({ length: completions }, () => random.uniform() < chance).filter(Boolean).length);
    const rate = passRates(completions, right, [k]).get(k)!;
    means.push(rate.mean);
    errors.push(rate.error);
    exact += chances.reduce((sum, chance) => sum + 1 - (1 - chance) ** k, 0) / problems / repeats;
  }
  const mean = means.reduce((a, b) => a + b, 0) / repeats;
  const spread = Math.sqrt(means.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (repeats - 1));
  const error = errors.reduce((a, b) => a + b, 0) / repeats;
  assert.ok(Math.abs(mean - exact) < 4 * (spread / Math.sqrt(repeats)), `${mean} and ${exact}`);
  assert.ok(Math.abs(error / spread - 1) < 0.15, `standard error ${error}, spread ${spread}`);
});
