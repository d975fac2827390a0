import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type TaskFactory, tasks } from "../../src/tasks/index.ts";

/** Problems of a split that are looked at one by one. */
const LOOKED_AT = 60;

for (const [key, factory] of Object.entries(tasks) as [string, TaskFactory][]) {
  const task = factory();
  const splits = { train: task.problems("train"), eval: task.problems("eval") };
  const some = [...splits.train.slice(0, LOOKED_AT), ...splits.eval.slice(0, LOOKED_AT)];
  const isSpelled = (text: string): boolean => [...text].every((character) => task.alphabet.includes(character));

  test(`task ${key} is registered under its own key and describes itself and its options`, () => {
    assert.equal(factory.key, key);
    assert.equal(task.name, key);
    assert.ok(factory.description.length > 10);
    for (const [name, schema] of Object.entries(factory.options.shape)) assert.match(schema.description ?? "", /^.{8,}\.$/, name);
  });

  test(`task ${key} has problems in both splits, none in two, and the same ones every time`, () => {
    assert.ok(splits.train.length > 0 && splits.eval.length > 0);
    const held = new Set(splits.eval.map(({ prompt }) => prompt));
    assert.deepEqual(
      splits.train.filter(({ prompt }) => held.has(prompt)),
      [],
    );
    assert.deepEqual(factory().problems("train"), splits.train);
    assert.deepEqual(factory().problems("eval"), splits.eval);
  });

  test(`task ${key}: every solution is spelled in its alphabet, ends, fits, and is rewarded 1; cut short it gets 0`, () => {
    for (const problem of some) {
      assert.ok(isSpelled(problem.prompt) && problem.prompt.length <= task.maxPromptLength, problem.prompt);
      const solutions = task.solutions(problem);
      assert.ok(solutions.length > 0, `${problem.prompt} has no solution`);
      for (const solution of solutions) {
        const told = `${problem.prompt} ${solution}`;
        assert.ok(isSpelled(solution) && solution.endsWith(task.stop) && solution.length <= task.maxCompletionLength, told);
        assert.equal(task.reward(problem, solution), 1, told);
        assert.equal(task.reward(problem, solution.slice(0, -task.stop.length)), 0, `${told} cut short`);
      }
    }
  });

  test(`task ${key} rewards whatever a model writes with a number from 0 to 1, and never throws`, () => {
    const written = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom(...task.alphabet), { maxLength: 12 }).map((letters) => letters.join("")),
    );
    fc.assert(
      fc.property(fc.constantFrom(...some), written, (problem, text) => {
        const reward = task.reward(problem, text);
        assert.ok(reward >= 0 && reward <= 1, `${reward} for ${text}`);
        if (!text.endsWith(task.stop)) assert.equal(reward, 0, text);
      }),
      { numRuns: 300 },
    );
  });
}
