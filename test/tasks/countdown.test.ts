import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { tasks } from "../../src/tasks/index.ts";
import type { TextProblem } from "../../src/tasks/task.ts";

const task = tasks.countdown();
const all = [...task.problems("train"), ...task.problems("eval")];
const canonical = ({ prompt }: TextProblem) => [...prompt.split("=")[0]!].sort().join("") + prompt.split("=")[1];

/** An evaluator that shares nothing with the task's. */
function value(expression: string): number {
  const terms = expression.replaceAll("-", "+-").split("+");
  return terms.reduce((sum, term) => sum + term.split("*").reduce((product, factor) => product * Number(factor), 1), 0);
}

test("three digits up to 9: 1,418 problems with 3.58 right answers on average, 256 held out", () => {
  assert.equal(all.length, 1418);
  assert.equal(task.problems("eval").length, 256);
  const answers = all.reduce((sum, problem) => sum + task.solutions(problem).length, 0);
  assert.equal((answers / all.length).toFixed(2), "3.58");
});

test("no problem is in both splits, in whatever order its digits stand", () => {
  assert.equal(new Set(all.map(canonical)).size, all.length);
});

test("the splits are fixed for all time: the same problems in the same order in every instance", () => {
  const again = tasks.countdown({ heldOut: 10 });
  assert.deepEqual(again.problems("eval"), task.problems("eval").slice(0, 10));
  assert.deepEqual(tasks.countdown().problems("train"), task.problems("train"));
  assert.deepEqual(task.problems("eval").slice(0, 3), [
    { prompt: "689=062:", numbers: [6, 8, 9], target: 62 },
    { prompt: "271=009:", numbers: [2, 7, 1], target: 9 },
    { prompt: "556=016:", numbers: [5, 5, 6], target: 16 },
  ]);
});

test("every solution uses the digits once, hits the target, ends, fits, is listed once and is rewarded", () => {
  for (const problem of all) {
    const solutions = task.solutions(problem);
    assert.ok(solutions.length > 0, problem.prompt);
    assert.equal(new Set(solutions).size, solutions.length);
    assert.ok(problem.prompt.length <= task.maxPromptLength);
    for (const solution of solutions) {
      const expression = solution.slice(0, -1);
      assert.equal(solution.at(-1), "$");
      assert.equal(value(expression), Number(problem.prompt.slice(4, 7)), problem.prompt + solution);
      assert.equal(expression.replace(/\D/g, "").split("").sort().join(""), problem.prompt.slice(0, 3).split("").sort().join(""));
      assert.ok(solution.length <= task.maxCompletionLength);
      assert.equal(task.reward(problem, solution), 1);
      for (const character of problem.prompt + solution) assert.ok(task.alphabet.includes(character));
    }
  }
  assert.equal(new Set(task.alphabet).size, 16);
});

test("the reward is 1 exactly for the listed solutions, whatever a model writes", () => {
  const completion = fc.array(fc.constantFrom(..."0123456789+-*=:$"), { maxLength: 6 }).map((characters) => characters.join(""));
  const near = fc.nat(all.length - 1).chain((index) => {
    const digits = [...all[index]!.prompt.slice(0, 3)];
    const operator = fc.constantFrom("+", "-", "*");
    return fc
      .tuple(fc.shuffledSubarray(digits, { minLength: 3 }), operator, operator, fc.constantFrom("$", "", "$$", "+$"))
      .map(([d, p, q, end]) => ({ index, text: d[0]! + p + d[1]! + q + d[2]! + end }));
  });
  fc.assert(
    fc.property(fc.oneof(near, fc.record({ index: fc.nat(all.length - 1), text: completion })), ({ index, text }) => {
      const problem = all[index]!;
      assert.equal(task.reward(problem, text), task.solutions(problem).includes(text) ? 1 : 0);
    }),
    { numRuns: 3000 },
  );
});

test("the method's own example, and what must not be rewarded", () => {
  const problem = { prompt: "375=022:" };
  assert.deepEqual([...task.solutions(problem)].sort(), ["3*5+7$", "5*3+7$", "7+3*5$", "7+5*3$"]);
  for (const wrong of ["3*5+7", "3*5+7$$", "", "$", "3*5+7 $", "(3*5)+7$", "22$", "3*5+7+0$", "03*5+7$", "-3*5+37$", "3*5+-7$", "3*7+5$"]) {
    assert.equal(task.reward(problem, wrong), 0, wrong);
  }
  const lenient = tasks.countdown({ partialCredit: 0.1 });
  assert.deepEqual(
    ["3*7+5$", "3*5+7$", "3*5$", "3*7+5"].map((text) => lenient.reward(problem, text)),
    [0.1, 1, 0, 0],
  );
  assert.throws(() => task.reward({ prompt: "what?" }, "1$"), /Prompt "what\?" is not a countdown problem/);
});

test("difficulty: two or four numbers, smaller digits", () => {
  const easy = tasks.countdown({ numbers: 2, max: 5 });
  assert.ok(easy.problems("eval").length > 0);
  assert.ok(easy.problems("train").every(({ prompt }) => /^[1-5]{2}=\d{3}:$/.test(prompt)));
  const hard = tasks.countdown({ numbers: 4 });
  const problem = hard.problems("eval")[0]!;
  assert.match(problem.prompt, /^[1-9]{4}=\d{4}:$/);
  assert.equal(hard.reward(problem, hard.solutions(problem)[0]!), 1);
  assert.equal(problem.prompt.length, hard.maxPromptLength);
  assert.equal(hard.solutions(problem)[0]!.length, hard.maxCompletionLength);
});

test("largestAtLeast leaves out the problems of smaller digits, and changes no other", () => {
  const [every, small] = [tasks.countdown({ heldOut: 0 }), tasks.countdown({ max: 6, heldOut: 0 })];
  const large = tasks.countdown({ largestAtLeast: 7, heldOut: 0 }).problems("train");
  assert.ok(large.every(({ prompt }) => /[7-9].*=/.test(prompt)));
  assert.deepEqual([...large, ...small.problems("train")].map(canonical).sort(), every.problems("train").map(canonical).sort());
  // The problems held out of all that have such a digit come first among those held out of these, so a start that held them out has seen none.
  const first = task.problems("eval").filter(({ prompt }) => /[7-9].*=/.test(prompt));
  assert.deepEqual(tasks.countdown({ largestAtLeast: 7 }).problems("eval").slice(0, first.length), first);
  assert.throws(
    () => tasks.countdown({ max: 6, largestAtLeast: 7 }),
    /task "countdown": no number is larger than max 6; lower largestAtLeast, which is 7\./,
  );
});

test("strata by the operators that an answer needs, and by the number of right answers", () => {
  const tagged = (tagBy: "operators" | "answers", prompt: string): string | undefined =>
    tasks
      .countdown({ tagBy, heldOut: 0 })
      .problems("train")
      .find((problem) => canonical(problem) === canonical({ prompt }))?.tag;
  // 3+7+5; 7+5-3, for which no sum will do; 3*5+7.
  assert.deepEqual(
    ["375=015:", "375=009:", "375=022:"].map((prompt) => tagged("operators", prompt)),
    ["plus", "minus", "times"],
  );
  assert.deepEqual(
    ["375=022:", "375=015:"].map((prompt) => [task.solutions({ prompt }).length, tagged("answers", prompt)]),
    [
      [4, "few"],
      [6, "some"],
    ],
  );
  const four = tasks.countdown({ numbers: 4, tagBy: "answers" }).problems("eval");
  assert.deepEqual([...new Set(four.map(({ tag }) => tag))].sort(), ["few", "many", "some"]);
});

test("plusShare repeats the training problems that a sum solves, evenly, and leaves evaluation alone", () => {
  const mixed = tasks.countdown({ plusShare: 0.75, tagBy: "operators" });
  const train = mixed.problems("train");
  const isPlus = ({ prompt }: TextProblem): boolean => task.solutions({ prompt }).some((solution) => !/[*-]/.test(solution));
  for (const part of [train, train.slice(0, 400)]) assert.equal((part.filter(isPlus).length / part.length).toFixed(2), "0.75");
  assert.deepEqual(new Set(train.map(canonical)), new Set(task.problems("train").map(canonical)));
  assert.equal(train.filter((problem) => !isPlus(problem)).length, task.problems("train").filter((problem) => !isPlus(problem)).length);
  assert.deepEqual(mixed.problems("eval").map(canonical), task.problems("eval").map(canonical));
  assert.equal(tasks.countdown({ plusShare: 0 }).problems("train").some(isPlus), false);
});
