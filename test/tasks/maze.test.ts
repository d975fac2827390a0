import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { tasks } from "../../src/tasks/index.ts";
import { canonicalMaze } from "../../src/tasks/maze_grid.ts";
import type { TextProblem } from "../../src/tasks/task.ts";

const task = tasks.maze({ problems: 2000 });
const all = [...task.problems("train"), ...task.problems("eval")];

/** Walks on the text itself, sharing nothing with the task: where moves end, undefined in a wall, off the grid or after the exit. */
function endOf({ prompt }: TextProblem, moves: string): string | undefined {
  const rows = prompt.slice(0, -1).split("/");
  let row = rows.findIndex((text) => text.includes("S"));
  let column = rows[row]!.indexOf("S");
  for (const move of moves) {
    if (rows[row]![column] === "E") return undefined;
    row += move === "d" ? 1 : move === "u" ? -1 : 0;
    column += move === "r" ? 1 : move === "l" ? -1 : 0;
    const square = rows[row]?.[column];
    if (!"udlr".includes(move) || square === undefined || square === "#") return undefined;
  }
  return rows[row]![column];
}

/** Every text of up to `length` moves. */
function movesUpTo(length: number): string[] {
  const texts = [""];
  for (let i = 0; texts[i]!.length < length; i++) for (const move of "udlr") texts.push(texts[i]! + move);
  return texts;
}

test("no maze is drawn twice or in both splits, turned, mirrored or walked backwards", () => {
  assert.equal(all.length, 2000);
  assert.equal(task.problems("eval").length, 256);
  assert.equal(new Set(all.map(({ prompt }) => canonicalMaze(prompt.slice(0, -1)))).size, all.length);
});

test("a maze turned, mirrored or walked backwards is one maze; another one is not", () => {
  const views = ["S.#/.../E..", "#.S/.../..E", "E../.../S.#", "E.S/.../..#", "..E/.../#.S", "S.E/.../#.."];
  for (const view of views) assert.equal(canonicalMaze(view), canonicalMaze("E.#/.../S.."), view);
  assert.notEqual(canonicalMaze("S.#/.../E.."), canonicalMaze("S.#/#../E.."));
});

test("the splits are fixed for all time: the same problems in the same order in every instance", () => {
  const again = tasks.maze({ problems: 2000, heldOut: 10 });
  assert.deepEqual(again.problems("eval"), task.problems("eval").slice(0, 10));
  assert.deepEqual(
    tasks
      .maze()
      .problems("eval")
      .slice(0, 3)
      .map(({ prompt }) => prompt),
    [".###/.###/..S#/E...:", ".##./.#../S.#E/....:", "E.#S/..../.###/##..:"],
  );
});

test("every way out gets there, ends, fits, is listed once and is rewarded; the tag is the shortest", () => {
  for (const problem of all) {
    const solutions = task.solutions(problem);
    assert.ok(solutions.length > 0, problem.prompt);
    assert.equal(new Set(solutions).size, solutions.length);
    const shortest = Math.min(...solutions.map((solution) => solution.length - 1));
    assert.ok(shortest >= 2 && shortest <= 6);
    assert.equal(problem.tag, `steps-${shortest}`);
    assert.equal(problem.steps, shortest);
    for (const solution of solutions) {
      assert.equal(endOf(problem, solution.slice(0, -1)), "E");
      assert.equal(solution.at(-1), "$");
      assert.equal(task.reward(problem, solution), 1);
      assert.equal(task.reward(problem, solution.slice(0, -1)), 0);
      assert.ok(solution.length <= shortest + 3 && solution.length <= task.maxCompletionLength);
      assert.equal(problem.prompt.length, task.maxPromptLength);
      for (const character of problem.prompt + solution) assert.ok(task.alphabet.includes(character));
    }
  }
  assert.equal(new Set(task.alphabet).size, 11);
});

test("exactly those moves are rewarded that reach the exit within the shortest way and its slack", () => {
  const moves = movesUpTo(6);
  const short = tasks.maze({ size: 3, maxSteps: 4, walls: 0.2 });
  for (const problem of short.problems("eval").slice(0, 12)) {
    const arriving = moves.filter((text) => endOf(problem, text) === "E");
    const shortest = Math.min(...arriving.map((text) => text.length));
    assert.equal(problem.steps, shortest);
    const right = arriving.filter((text) => text.length <= shortest + 2);
    for (const text of moves) assert.equal(short.reward(problem, `${text}$`), right.includes(text) ? 1 : 0, problem.prompt + text);
    const straight = short.solutions(problem).map((solution) => solution.slice(0, -1));
    assert.ok(straight.every((text) => right.includes(text)));
    // What is right and not listed turns back on itself.
    for (const text of right) if (!straight.includes(text)) assert.match(text, /ud|du|lr|rl/);
  }
});

test("whatever a model writes never throws, and is rewarded only for getting there", () => {
  const near = fc.array(fc.constantFrom(..."udlrudlrudlr$:SE#./ "), { maxLength: 10 }).map((characters) => characters.join(""));
  fc.assert(
    fc.property(fc.nat(all.length - 1), fc.oneof(near, fc.string({ unit: "binary" })), (index, text) => {
      const problem = all[index]!;
      const right = text.endsWith("$") && endOf(problem, text.slice(0, -1)) === "E" && text.length - 1 <= (problem.steps as number) + 2;
      assert.equal(task.reward(problem, text), right ? 1 : 0);
    }),
    { numRuns: 3000 },
  );
});

test("an example by hand, and what must not be rewarded", () => {
  const problem = { prompt: "S../.#./..E:" };
  assert.deepEqual([...task.solutions(problem)].sort(), ["ddrr$", "rrdd$"]);
  assert.equal(task.reward(problem, "udddrr$"), 0);
  assert.equal(task.reward(problem, "rlddrr$"), 1);
  for (const wrong of ["", "$", "rrdd", "rrdd$$", "rrd$", "rdrd$", "rrddu$", "rrdddu$", "rlrlddrr$", "RRDD$", "rr dd$", "lrrrdd$"]) {
    assert.equal(task.reward(problem, wrong), 0, wrong);
  }
  assert.equal(tasks.maze({ slack: 4 }).reward(problem, "rlrlddrr$"), 1);
  assert.equal(tasks.maze({ slack: 0 }).reward(problem, "rlddrr$"), 0);
  for (const prompt of ["what?", "S./.E", "S./..:", "SS/.E:", "S../.E:", "S.E:", ":", "S./.x:"]) {
    assert.throws(() => task.reward({ prompt }, "r$"), /is not a maze; one like "S\.\/#E:" is expected/);
  }
});

test("difficulty: size, walls, steps", () => {
  const open = tasks.maze({ size: 5, walls: 0, minSteps: 8, maxSteps: 8, slack: 0, problems: 10 });
  // From corner to corner: 8 over 4 ways, four pairs of corners that are one maze.
  assert.deepEqual([open.problems("train").length, open.problems("eval").length], [1, 0]);
  assert.equal(open.solutions(open.problems("train")[0]!).length, 70);
  const hard = tasks.maze({ size: 6, minSteps: 10, maxSteps: 14, problems: 500 });
  assert.deepEqual(
    [...new Set(hard.problems("train").map(({ tag }) => tag))].sort().join(" "),
    "steps-10 steps-11 steps-12 steps-13 steps-14",
  );
  assert.equal(hard.alphabet, task.alphabet);
});

test("a wrong option is one line that says what is allowed", () => {
  assert.throws(() => tasks.maze({ size: 7 }), /^ConfigError: task\.size is 7; it must be a whole number from 2 to 6$/);
  assert.throws(() => tasks.maze({ walls: 0.9 }), /^ConfigError: task\.walls is 0\.9; it must be a number from 0 to 0\.7$/);
  assert.throws(() => tasks.maze({ minSteps: 7 }), /^ConfigError: task\.minSteps is 7; it must be at most maxSteps \(6\)$/);
  assert.throws(() => tasks.maze({ maxSteps: 1 }), /^ConfigError: task\.minSteps is 2; it must be at most maxSteps \(1\)$/);
  assert.throws(
    () => tasks.maze({ size: 2, minSteps: 4 }),
    /^Error: task "maze": found no maze of 2 x 2 squares with walls 0\.3 and 4 to 6 steps to its exit; lower minSteps or raise size\.$/,
  );
});
