import assert from "node:assert/strict";
import { test } from "node:test";
import { tasks } from "../../src/tasks/index.ts";

for (const digits of [1, 2, 3, 6]) {
  test(`${digits} digits: sums are right, fit, and no pair is in both splits`, () => {
    const task = tasks.addition({ digits, problems: 6000 });
    const train = task.problems("train");
    const evaluation = task.problems("eval");
    const total = train.length + evaluation.length;
    assert.equal(total, digits === 1 ? 55 : digits === 2 ? 5050 : 6000);
    assert.equal(evaluation.length, digits === 1 ? 11 : 256);
    const pairs = new Set<string>();
    for (const problem of [...train, ...evaluation]) {
      const [left, right] = problem.prompt.slice(0, -1).split("+").map(Number) as [number, number];
      pairs.add([left, right].sort((a, b) => a - b).join("+"));
      assert.ok(left < 10 ** digits && right < 10 ** digits);
      const solution = `${left + right}$`;
      assert.deepEqual(task.solutions(problem), [solution]);
      assert.equal(task.reward(problem, solution), 1);
      assert.equal(task.reward(problem, solution.slice(0, -1)), 0);
      assert.equal(task.reward(problem, `0${solution}`), 0);
      assert.equal(task.reward(problem, `${left + right + 1}$`), 0);
      assert.ok(problem.prompt.length <= task.maxPromptLength && solution.length <= task.maxCompletionLength);
      for (const character of problem.prompt + solution) assert.ok(task.alphabet.includes(character));
    }
    assert.equal(pairs.size, total);
    assert.deepEqual(tasks.addition({ digits, problems: 6000 }).problems("eval"), evaluation);
  });
}
