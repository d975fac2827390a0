import assert from "node:assert/strict";
import { test } from "node:test";
import { coin, noisyStrings } from "../../../../src/experiments/studies/toy_control/noisy_strings.ts";

const options = { characters: 12, prompts: 8, length: 3, good: 3, lowest: 0.15, highest: 0.75, warmth: 0.8 };
const task = noisyStrings(options);
const letters = [...task.alphabet];
const answers = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)));

test("every prompt has good ** length best answers, and none is rewarded always or never", () => {
  const best = task.problems("train").map((problem) => {
    const chances = answers.map((answer) => task.reward(problem, answer));
    assert.ok(Math.abs(Math.min(...chances) - 0.15) < 1e-12 && Math.abs(Math.max(...chances) - 0.75) < 1e-12);
    return answers.filter((_, i) => chances[i]! > 0.74);
  });
  for (const strings of best) assert.equal(strings.length, 27);
  assert.ok(new Set(best.map((strings) => strings.join())).size > 4, "prompts have good characters of their own");
});

test("noisy rewards are tosses with the answer's chance, repeatable, and independent of their neighbours", () => {
  const problem = task.problems("train")[0]!;
  const chance = task.reward(problem, "aaa");
  const count = 4000;
  const input = (step: number) => ({
    prompts: Array<string>(count).fill(problem.prompt),
    completions: Array<string>(count).fill("aaa"),
    completionIds: [],
    columns: {},
    state: { step },
  });
  const tosses = (seed: number, step: number) => task.noisyReward(seed).reward(input(step)) as number[];
  const first = tosses(3, 7);
  assert.deepEqual(tosses(3, 7), first);
  for (const other of [tosses(3, 8), tosses(4, 7)]) {
    const agree = other.filter((value, i) => value === first[i]).length / count;
    assert.ok(Math.abs(agree - (chance ** 2 + (1 - chance) ** 2)) < 0.03, `agreement ${agree}`);
  }
  const mean = first.reduce((a, b) => a + b, 0) / count;
  assert.ok(Math.abs(mean - chance) < 0.03, `${mean} for a chance of ${chance}`);
  const repeats = first.filter((value, i) => i > 0 && value === first[i - 1]).length / (count - 1);
  assert.ok(Math.abs(repeats - (chance ** 2 + (1 - chance) ** 2)) < 0.03, `equal neighbours ${repeats}`);
});

test("coins fill [0, 1) evenly in each of their counters", () => {
  for (const draw of [(i: number) => coin(i, 0, 0), (i: number) => coin(0, i, 0), (i: number) => coin(0, 0, i)]) {
    const bins = Array<number>(16).fill(0);
    for (let i = 0; i < 16000; i += 1) bins[Math.floor(draw(i) * 16)]! += 1;
    const chiSquared = bins.reduce((sum, bin) => sum + (bin - 1000) ** 2 / 1000, 0);
    assert.ok(chiSquared < 40, `chi squared ${chiSquared} with 15 degrees of freedom`);
  }
});

test("the warm start imitates answers that are mostly good, and different", () => {
  for (const problem of task.problems("train")) {
    const solutions = task.solutions(problem);
    const mean = solutions.reduce((sum, answer) => sum + task.reward(problem, answer), 0) / solutions.length;
    // A character is good with chance 0.8 + 0.2 * 3 / 12 = 0.85.
    assert.ok(Math.abs(mean - (0.15 + 0.6 * 0.85)) < 0.03, `mean chance ${mean}`);
    assert.ok(new Set(solutions).size > 60);
  }
});
