import assert from "node:assert/strict";
import { test } from "node:test";
import { createTask, tasks } from "../../src/tasks/index.ts";

const parts = [
  { name: "countdown", numbers: 2, max: 4 },
  { name: "sort", length: 4, letters: 3, problems: 40 },
];
const mixture = tasks.mixture({ tasks: parts });

test("problems come in turn, tagged with their task, and a shorter task comes round again in training", () => {
  const [countdown, sort] = parts.map((part) => createTask(part).problems("train"));
  const train = mixture.problems("train");
  assert.notEqual(countdown!.length, sort!.length);
  assert.equal(train.length, 2 * Math.max(countdown!.length, sort!.length));
  train.forEach(({ tag, prompt }, i) => {
    const own = i % 2 === 0 ? countdown! : sort!;
    assert.equal(tag, i % 2 === 0 ? "countdown" : "sort");
    assert.equal(prompt, own[Math.floor(i / 2) % own.length]!.prompt);
  });
});

test("evaluation holds each task's held-out problems once, with equal shares at its start", () => {
  const held = mixture.problems("eval");
  const counts = parts.map((part) => createTask(part).problems("eval").length);
  assert.equal(held.length, counts[0]! + counts[1]!);
  assert.equal(new Set(held.map(({ prompt }) => prompt)).size, held.length);
  const start = held.slice(0, 2 * Math.min(...counts));
  assert.equal(start.filter(({ tag }) => tag === "sort").length, Math.min(...counts));
});

test("every problem's solutions are rewarded and fit, and those of another task are not", () => {
  const [countdown, sort] = mixture.problems("train");
  for (const problem of mixture.problems("train").slice(0, 20)) {
    for (const solution of mixture.solutions(problem)) {
      assert.equal(mixture.reward(problem, solution), 1);
      assert.ok(solution.length <= mixture.maxCompletionLength && problem.prompt.length <= mixture.maxPromptLength);
      for (const character of problem.prompt + solution) assert.ok(mixture.alphabet.includes(character));
    }
  }
  assert.equal(mixture.reward(sort!, mixture.solutions(countdown!)[0]!), 0);
  assert.equal(new Set(mixture.alphabet).size, mixture.alphabet.length);
});

test("one task, a task twice and an unknown task are refused in one line", () => {
  assert.throws(
    () => tasks.mixture({ tasks: [{ name: "sort" }] }),
    /^ConfigError: task\.tasks is \["sort"\]; it must be a list of two or more different tasks$/,
  );
  assert.throws(() => tasks.mixture({ tasks: [{ name: "sort" }, { name: "sort", length: 4 }] }), /a list of two or more different tasks/);
  assert.throws(() => tasks.mixture({ tasks: [{ name: "sort" }, { name: "mase" }] }), /did you mean maze/);
});
