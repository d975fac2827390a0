import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { tasks } from "../../src/tasks/index.ts";
import type { TextProblem } from "../../src/tasks/task.ts";

const task = tasks.sort({ length: 7, minLength: 4, letters: 5, problems: 3000 });
const all = [...task.problems("train"), ...task.problems("eval")];
const multiset = (text: string) => [...text].sort().join("");
const letters = ({ prompt }: TextProblem) => prompt.slice(0, -1);

/** Every order of a text's letters, by brute force. */
function permutations(text: string): string[] {
  if (text === "") return [""];
  return [...new Set(text)].flatMap((first) => permutations(text.replace(first, "")).map((rest) => first + rest));
}

test("no multiset of letters is drawn twice or in both splits", () => {
  assert.equal(all.length, 3000);
  assert.equal(task.problems("eval").length, 256);
  assert.equal(new Set(all.map(({ prompt }) => multiset(prompt))).size, all.length);
});

test("the splits are fixed for all time: the same problems in the same order in every instance", () => {
  const again = tasks.sort({ length: 7, minLength: 4, letters: 5, problems: 3000, heldOut: 10 });
  assert.deepEqual(again.problems("eval"), task.problems("eval").slice(0, 10));
  assert.deepEqual(
    tasks
      .sort()
      .problems("eval")
      .slice(0, 3)
      .map(({ prompt }) => prompt),
    ["dEGfEE=", "CIbgh=", "IJJdBBiGC="],
  );
});

test("every solution holds the same letters in order, ends, fits, is listed once and is rewarded", () => {
  for (const problem of all) {
    const solutions = task.solutions(problem);
    assert.ok(solutions.length > 0, problem.prompt);
    assert.equal(new Set(solutions).size, solutions.length);
    assert.equal(problem.tag, `length-${letters(problem).length}`);
    for (const solution of solutions) {
      assert.equal(multiset(solution.slice(0, -1)), multiset(letters(problem)));
      assert.equal(solution.toLowerCase(), `${multiset(letters(problem).toLowerCase())}$`);
      assert.equal(task.reward(problem, solution), 1);
      assert.equal(task.reward(problem, solution.slice(0, -1)), 0);
      for (const character of problem.prompt + solution) assert.ok(task.alphabet.includes(character));
      assert.ok(problem.prompt.length <= task.maxPromptLength && solution.length <= task.maxCompletionLength);
    }
  }
  assert.equal(new Set(task.alphabet).size, 54);
});

test("of all orders of the letters exactly the listed ones are rewarded", () => {
  for (const problem of all.filter(({ tag }) => tag === "length-5").slice(0, 150)) {
    const rewarded = permutations(letters(problem)).filter((order) => task.reward(problem, `${order}$`) === 1);
    assert.deepEqual(rewarded.map((order) => `${order}$`).sort(), [...task.solutions(problem)].sort(), problem.prompt);
  }
});

test("whatever a model writes is rewarded only if it is listed, and never throws", () => {
  const near = fc.constantFrom(..."aAbBcCdDeE=$ \n").map(String);
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(near, { maxLength: 9 }).map((characters) => characters.join("")),
  );
  const shuffled = fc.nat(all.length - 1).chain((index) =>
    fc.record({
      index: fc.constant(index),
      text: fc
        .tuple(fc.constantFrom(...task.solutions(all[index]!)), fc.nat(7), fc.nat(7), fc.constantFrom("$", "", "$$", "a$"))
        .map(([solution, i, j, end]) => {
          const characters = [...solution.slice(0, -1)];
          if (i < characters.length && j < characters.length) [characters[i], characters[j]] = [characters[j]!, characters[i]!];
          return characters.join("") + end;
        }),
    }),
  );
  fc.assert(
    fc.property(fc.oneof(shuffled, fc.record({ index: fc.nat(all.length - 1), text })), ({ index, text }) => {
      const problem = all[index]!;
      assert.equal(task.reward(problem, text), task.solutions(problem).includes(text) ? 1 : 0);
    }),
    { numRuns: 3000 },
  );
});

test("letters' cases may stand in any order, and what must not be rewarded", () => {
  const problem = { prompt: "dbBa=" };
  assert.deepEqual([...task.solutions(problem)].sort(), ["aBbd$", "abBd$"]);
  for (const wrong of ["", "$", "abBd", "abBd$$", "abbd$", "abB$", "abBdd$", "bBad$", "AbBd$", "abBd=$", " abBd$", "dBba$"]) {
    assert.equal(task.reward(problem, wrong), 0, wrong);
  }
  assert.equal(task.solutions({ prompt: "aAaAaA=" }).length, 20);
  for (const prompt of ["what?", "abc", "=", "a b=", "ab==", "é="]) {
    assert.throws(() => task.reward({ prompt }, "a$"), /is not a sort problem; one like "dbBa=" is expected/);
  }
});

test("difficulty: length, alphabet, one case; problems that are all there are", () => {
  const plain = tasks.sort({ length: 3, minLength: 3, letters: 3, mixedCase: false });
  const problems = [...plain.problems("train"), ...plain.problems("eval")];
  // Multisets of three from three letters.
  assert.equal(problems.length, 10);
  assert.ok(problems.every((problem) => /^[a-c]{3}=$/.test(problem.prompt) && plain.solutions(problem).length === 1));
  const mixed = tasks.sort({ length: 12, minLength: 3, letters: 26 });
  assert.equal(new Set(mixed.problems("train").map(({ tag }) => tag)).size, 10);
  assert.equal(mixed.alphabet, plain.alphabet);
  assert.deepEqual(
    [
      ...new Set(
        tasks
          .sort({ length: 3 })
          .problems("train")
          .map(({ tag }) => tag),
      ),
    ].sort(),
    ["length-2", "length-3"],
  );
});

test("a wrong option is one line that says what is allowed", () => {
  assert.throws(() => tasks.sort({ length: 13 }), /^ConfigError: task\.length is 13; it must be a whole number from 1 to 12$/);
  assert.throws(() => tasks.sort({ letters: 1 }), /^ConfigError: task\.letters is 1; it must be a whole number from 2 to 26$/);
  assert.throws(() => tasks.sort({ minLength: 9, length: 8 }), /^ConfigError: task\.minLength is 9; it must be at most length \(8\)$/);
});
