import { quoted } from "../options/quote.ts";
import { flag, option, section, whole } from "../options/schema.ts";
import type { Random } from "../random.ts";
import { drawProblems, once, splitByHash } from "./split.ts";
import { defineTask, type TextProblem } from "./task.ts";

const STOP = "$";
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

const options = section({
  length: option(whole({ min: 1, max: 12 }), 10, "Letters of the longest problems."),
  minLength: option(
    whole({ min: 1, max: 12 }, "half of length").nullable(),
    null,
    "Letters of the shortest problems; null is half of length.",
  ),
  letters: option(whole({ min: 2, max: 26 }), 10, "Size of the alphabet: 4 is a to d."),
  mixedCase: option(flag(), true, "Whether letters have both cases. Then a and A may stand in any order, so there are many right answers."),
  problems: option(whole({ min: 10, max: 1_000_000 }), 10_000, "How many problems to draw, at most."),
  heldOut: option(whole({ min: 0 }), 256, "Problems kept for evaluation, at most a fifth of all."),
});

/**
 * "dbBa=" -> "abBd$" or "aBbd$": put letters in alphabetical order, the cases of one letter in any order. A problem is a multiset of
 * letters, so that no order of a held-out one occurs in training. Its tag is its length: `length-7`.
 */
export const sort = defineTask({
  key: "sort",
  description: "Sort letters, the cases of one letter in any order: dbBa= -> abBd$ or aBbd$",
  options,
  check: ({ length, minLength }) =>
    minLength !== null && minLength > length ? [{ option: "minLength", value: minLength, allowed: `at most length (${length})` }] : [],
  build: ({ length, minLength, letters, mixedCase, problems: limit, heldOut }) => {
    const shortest = minLength ?? Math.ceil(length / 2);
    const draw = (random: Random): TextProblem => {
      const count = shortest + random.integer(length - shortest + 1);
      const text = Array.from({ length: count }, () => {
        const letter = LETTERS[random.integer(letters)]!;
        return mixedCase && random.integer(2) === 1 ? letter.toUpperCase() : letter;
      });
      return { prompt: `${text.join("")}=`, tag: `length-${count}` };
    };
    const splits = once(() => splitByHash([...drawProblems("sort", limit, draw, canonical)], canonical, heldOut));
    return {
      // The alphabet has all letters whatever the options, so that a model can be asked for harder problems than it was trained on.
      alphabet: `${LETTERS}${LETTERS.toUpperCase()}=${STOP}`,
      stop: STOP,
      maxPromptLength: length + 1,
      maxCompletionLength: length + 1,
      problems: (split) => splits()[split],
      solutions: (problem) => sortedOrders(parsePrompt(problem.prompt)).map((answer) => answer + STOP),
      reward: (problem, completion) => {
        const given = parsePrompt(problem.prompt);
        if (!completion.endsWith(STOP)) return 0;
        const answer = completion.slice(0, -STOP.length);
        return inOrder(answer) && byCode(answer) === byCode(given) ? 1 : 0;
      },
    };
  },
});

/** The letters of a prompt such as "dbBa=". Throws on any other prompt, which must come from another dataset. */
function parsePrompt(prompt: string): string {
  const match = /^([a-zA-Z]+)=$/.exec(prompt);
  if (match === null) throw new Error(`Prompt ${quoted(prompt)} is not a sort problem; one like "dbBa=" is expected.`);
  return match[1]!;
}

function canonical({ prompt }: TextProblem): string {
  return byCode(prompt);
}

/** A text's characters in one fixed order, so that equal multisets give equal texts. */
function byCode(text: string): string {
  return [...text].sort().join("");
}

function inOrder(text: string): boolean {
  const keys = text.toLowerCase();
  for (let i = 1; i < keys.length; i++) if (keys[i - 1]! > keys[i]!) return false;
  return true;
}

/** Every right order: for each letter of the alphabet all arrangements of its cases, joined in all ways. */
function sortedOrders(text: string): string[] {
  let orders = [""];
  for (const letter of LETTERS) {
    const upper = count(text, letter.toUpperCase());
    const ties = arrangements(letter, count(text, letter), upper);
    orders = orders.flatMap((order) => ties.map((tie) => order + tie));
  }
  return orders;
}

/** All different texts of `lower` small and `upper` capital copies of a letter. */
function arrangements(letter: string, lower: number, upper: number): string[] {
  if (lower === 0 || upper === 0) return [letter.repeat(lower) + letter.toUpperCase().repeat(upper)];
  return [
    ...arrangements(letter, lower - 1, upper).map((rest) => letter + rest),
    ...arrangements(letter, lower, upper - 1).map((rest) => letter.toUpperCase() + rest),
  ];
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
