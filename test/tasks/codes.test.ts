import assert from "node:assert/strict";
import { test } from "node:test";
import { tasks } from "../../src/tasks/index.ts";

const task = tasks.codes();
const all = [...task.problems("train"), ...task.problems("eval")];
const codeOf = (prompt: string): string => prompt[2]!;
const answers = new Map(all.map((problem) => [codeOf(problem.prompt), task.solutions(problem)]));

test("24 codes of 100 keys each, 20 of them held out, and every front of a split holds all codes alike", () => {
  assert.deepEqual([task.problems("train").length, task.problems("eval").length], [1920, 480]);
  assert.equal(new Set(all.map(({ prompt }) => prompt)).size, 2400);
  for (const split of ["train", "eval"] as const) {
    const front = task.problems(split).slice(0, 48);
    for (const code of answers.keys()) assert.equal(front.filter(({ prompt }) => codeOf(prompt) === code).length, 2, code);
  }
});

test("the splits and the answers are fixed for all time", () => {
  assert.deepEqual(
    task
      .problems("eval")
      .slice(0, 4)
      .map((problem) => `${problem.prompt} ${task.solutions(problem)} ${problem.tag}`),
    ["21A= cc$ own", "73V= fa$ shared", "88B= ff$ own", "42R= fa$ shared"],
  );
});

test("a code has one answer whatever its digits are: half of the codes share one, each other has its own, as the tag says", () => {
  for (const problem of all) assert.deepEqual(task.solutions(problem), answers.get(codeOf(problem.prompt)));
  const tagged = (tag: string): string[] => [...new Set(all.filter((problem) => problem.tag === tag).map(({ prompt }) => codeOf(prompt)))];
  const answersOf = (tag: string): Set<string> => new Set(tagged(tag).map((code) => answers.get(code)![0]!));
  assert.deepEqual([tagged("shared").length, answersOf("shared").size], [12, 1]);
  assert.deepEqual([tagged("own").length, answersOf("own").size], [12, 12]);
  assert.ok(!answersOf("own").has([...answersOf("shared")][0]!));
  for (const [answer] of answers.values()) assert.match(answer!, /^[a-f]{2}\$$/);
});

test("the reward is 1 for the answer alone, and a part of it for other answers of the form only where partial credit is asked for", () => {
  const problem = all[0]!;
  const [right] = task.solutions(problem) as [string];
  const other = right[0] === "a" ? "b" : "a";
  const wrong = `${other}${right.slice(1)}`;
  const written = [right, wrong, right.slice(0, -1), `${right[0]}$`, `${right}$`, "$", "", `${right[0]}${right}`];
  assert.deepEqual(
    written.map((text) => task.reward(problem, text)),
    [1, 0, 0, 0, 0, 0, 0, 0],
  );
  const lenient = tasks.codes({ partialCredit: 0.2 });
  assert.deepEqual(
    written.map((text) => lenient.reward(problem, text)),
    [1, 0.2, 0, 0, 0, 0, 0, 0],
  );
  assert.throws(() => task.reward({ prompt: "what?" }, "ab$"), /Prompt "what\?" is not a key; one like "42Q=" is expected/);
  assert.throws(() => task.reward({ prompt: "42Z=" }, "ab$"), /Prompt "42Z=" has none of the 24 codes A to X/);
});

test("known: a warm start sees the right answer among all others, in the share that is asked for, and any answer of the form is right", () => {
  const warm = tasks.codes({ known: 0.25 });
  const problem = all[0]!;
  const [right] = task.solutions(problem) as [string];
  const shown = warm.solutions(problem);
  // 36 answers and 12 more copies of the right one: a quarter of 48 is right beside its one turn among all.
  assert.deepEqual([shown.length, new Set(shown).size, shown.filter((text) => text === right).length], [48, 36, 13]);
  for (const text of shown) assert.equal(warm.reward(problem, text), 1);
  for (const text of ["ag$", "a$", "abc$", "ab", "$"]) assert.equal(warm.reward(problem, text), 0, text);
});

test("shares, lengths and alphabets; codes without enough answers are refused in one line", () => {
  const most = tasks.codes({ codes: 8, shared: 0.75, letters: 2, length: 3, spellings: 10 });
  assert.equal(most.problems("train").filter(({ tag }) => tag === "own").length, 2 * 8);
  assert.equal(most.problems("eval").length, 8 * 2);
  assert.match(most.solutions(most.problems("train")[0]!)[0]!, /^[ab]{3}\$$/);
  assert.equal(most.alphabet, task.alphabet);
  assert.throws(
    () => tasks.codes({ letters: 2 }),
    /^ConfigError: task\.codes is 24; it must be such that 12 codes can have one of 3 answers each; raise letters or length$/,
  );
  assert.throws(
    () => tasks.codes({ length: 6 }),
    /^ConfigError: task\.length is 6; it must be such that there are at most 10000 answers; lower/,
  );
  assert.throws(() => tasks.codes({ known: 0.999 }), /^ConfigError: task\.known is 0\.999; it must be at most 0\.99, or 1$/);
});
