import assert from "node:assert/strict";
import { test } from "node:test";
import { tasks } from "../../src/tasks/index.ts";

const task = tasks.scratchpad();
const all = [...task.problems("train"), ...task.problems("eval")];

/** Carries by the digits of the sum: a digit sum that a carry leaves is short of both numbers' digits by 9. */
function carriesOf(left: number, right: number): number {
  const digitSum = (value: number): number => [...String(value)].reduce((sum, digit) => sum + Number(digit), 0);
  return (digitSum(left) + digitSum(right) - digitSum(left + right)) / 9;
}

test("20,000 pairs, 1,024 held out, none twice in whatever order; tags count the carries", () => {
  assert.deepEqual([all.length, task.problems("eval").length], [20_000, 1024]);
  const pairs = new Set<string>();
  for (const { prompt, tag } of all) {
    assert.match(prompt, /^\d{3}\+\d{3}$/);
    const [left, right] = prompt.split("+").map(Number) as [number, number];
    pairs.add([left, right].sort((a, b) => a - b).join("+"));
    assert.equal(tag, `carries-${carriesOf(left, right)}`);
  }
  assert.equal(pairs.size, all.length);
  assert.equal(new Set(all.map(({ tag }) => tag)).size, 4);
});

test("the splits are fixed for all time", () => {
  assert.deepEqual(
    task
      .problems("eval")
      .slice(0, 3)
      .map(({ prompt }) => prompt),
    ["261+846", "136+678", "779+469"],
  );
});

test("an example by hand: only the final answer counts, whatever the scratchpad says", () => {
  const problem = { prompt: "047+385" };
  assert.deepEqual([...new Set(task.solutions(problem))].sort(), [":2340=0432$", "=0432$"]);
  for (const right of ["=0432$", ":2340=0432$", ":=0432$", ":9999=0432$", ":2=0432$"]) assert.equal(task.reward(problem, right), 1, right);
  for (const wrong of ["=0433$", ":2340=0433$", "=432$", "0432$", ":0432$", "=0432", ":2340$", "=0432=0432$", "::=0432$", "$", ""]) {
    assert.equal(task.reward(problem, wrong), 0, wrong);
  }
  assert.throws(() => task.reward({ prompt: "what?" }, "=1$"), /is not a scratchpad problem; one like "047\+385" is expected/);
});

test("the warm start sees the scratchpad as often as it is told, one time in ten by default", () => {
  const used = (options: object): number => {
    const solutions = tasks.scratchpad(options).solutions({ prompt: "047+385" });
    return solutions.filter((text) => text.startsWith(":")).length / solutions.length;
  };
  assert.deepEqual([used({}), used({ scratchpad: 0 }), used({ scratchpad: 0.5 }), used({ scratchpad: 1 })], [0.1, 0, 0.5, 1]);
});

test("begin writes the first character into the prompt of the same problems", () => {
  for (const [begin, mark, solution] of [
    ["direct", "=", "0432$"],
    ["scratchpad", ":", "2340=0432$"],
  ] as const) {
    const forced = tasks.scratchpad({ begin });
    assert.deepEqual(
      forced.problems("eval").map(({ prompt }) => prompt),
      task.problems("eval").map(({ prompt }) => prompt + mark),
    );
    const problem = { prompt: `047+385${mark}` };
    assert.deepEqual(forced.solutions(problem), [solution]);
    assert.equal(forced.reward(problem, solution), 1);
    assert.equal(forced.reward(problem, mark + solution), 0);
    assert.equal(mark.length + solution.length, begin === "direct" ? 6 : task.maxCompletionLength);
    assert.equal(forced.maxPromptLength, problem.prompt.length);
  }
});

test("forced: a share of the training prompts ends in the scratchpad's first character, and evaluation asks for none", () => {
  const warm = tasks.scratchpad({ forced: 0.75 });
  const ended = warm.problems("train").filter(({ prompt }) => prompt.endsWith(":"));
  assert.equal(ended.length, 0.75 * warm.problems("train").length);
  assert.deepEqual(warm.solutions({ prompt: "047+385:" }), ["2340=0432$"]);
  assert.deepEqual(warm.problems("eval"), task.problems("eval"));
});
