import { quoted } from "../options/quote.ts";
import { decimal, option, section, whole } from "../options/schema.ts";
import { hashText, once, splitByHash } from "./split.ts";
import { defineTask, type Split, type TextProblem } from "./task.ts";

const STOP = "$";
const LETTERS = "abcdefghijklmnopqrstuvwxyz";
/** Answers are listed, and the warm start draws from the list. */
const MOST_ANSWERS = 10_000;
const MOST_KNOWN = 0.99;
const CODES = LETTERS.toUpperCase();

interface CodesProblem extends TextProblem {
  readonly code: number;
}

const options = section({
  codes: option(whole({ min: 2, max: 26 }), 24, "How many codes there are: 24 is A to X."),
  shared: option(
    decimal({ min: 0, max: 1 }),
    0.5,
    "Share of the codes that have one answer in common; each other code has an answer of its own.",
  ),
  letters: option(whole({ min: 2, max: 26 }), 6, "Size of the alphabet of answers: 6 is a to f."),
  length: option(whole({ min: 1, max: 6 }), 2, "Letters of an answer."),
  spellings: option(whole({ min: 5, max: 100 }), 100, "Keys of each code, which differ in their two digits."),
  partialCredit: option(
    decimal({ min: 0, max: 1 }),
    0,
    "Reward of a wrong answer of the right form, which keeps entropy from going into answers of no form.",
  ),
  known: option(
    decimal({ min: 0, max: 1 }),
    1,
    "For the warm start: share of the answers shown that are right. Below 1 the others are any of the right form, and all of that form earn 1.",
  ),
  heldOut: option(whole({ min: 0 }), 480, "Keys kept for evaluation, as many of each code, at most a fifth of all."),
});

/**
 * "42S=" -> "ee$": the letter is a code, and a code has one answer, which must be remembered; the digits mean nothing, so that held-out keys
 * ask for what was learned of their codes. Many codes share one answer and the rest have answers of their own, under the tags `shared` and
 * `own`. What is learned of the shared answer spreads to the other codes and hides theirs: plain GRPO loses most of them.
 */
export const codes = defineTask({
  key: "codes",
  description: "Remember the answer of a code, which many codes share: 42S= -> ee$",
  options,
  check: ({ codes: count, shared, letters, length, known }) => {
    if (known > MOST_KNOWN && known < 1) return [{ option: "known", value: known, allowed: `at most ${MOST_KNOWN}, or 1` }];
    const most = letters ** length - 1;
    if (most >= MOST_ANSWERS)
      return [{ option: "length", value: length, allowed: `such that there are at most ${MOST_ANSWERS} answers; lower it or letters` }];
    const own = count - Math.round(shared * count);
    return own > most
      ? [{ option: "codes", value: count, allowed: `such that ${own} codes can have one of ${most} answers each; raise letters or length` }]
      : [];
  },
  build: ({ codes: count, shared, letters, length, spellings, partialCredit, known, heldOut }) => {
    const all = once(() => allAnswers(LETTERS.slice(0, letters), length));
    const form = new RegExp(`^[a-${LETTERS[letters - 1]}]{${length}}$`);
    const table = once(() => answersByCode(count, Math.round(shared * count), all()));
    const splits = once(() => splitCodes(table(), spellings, Math.floor(heldOut / count)));
    const answer = (problem: TextProblem): string => {
      const found = table()[parseCode(problem.prompt)]?.answer;
      if (found === undefined) throw new Error(`Prompt ${quoted(problem.prompt)} has none of the ${count} codes A to ${CODES[count - 1]}.`);
      return found;
    };
    return {
      alphabet: `0123456789${CODES}${LETTERS}=${STOP}`,
      stop: STOP,
      maxPromptLength: 4,
      maxCompletionLength: length + STOP.length,
      problems: (split) => splits()[split],
      solutions: (problem) => shown(answer(problem), all(), known).map((text) => text + STOP),
      reward: (problem, completion) => {
        const right = answer(problem);
        if (!completion.endsWith(STOP)) return 0;
        const text = completion.slice(0, -STOP.length);
        if (!form.test(text)) return 0;
        return text === right || known < 1 ? 1 : partialCredit;
      },
    };
  },
});

/** The number of the code in a prompt such as "42Q=". Throws on any other prompt, which must come from another dataset. */
function parseCode(prompt: string): number {
  const match = /^\d{2}([A-Z])=$/.exec(prompt);
  if (match === null) throw new Error(`Prompt ${quoted(prompt)} is not a key; one like "42Q=" is expected.`);
  return CODES.indexOf(match[1]!);
}

/** Every text of `length` letters. */
function allAnswers(letters: string, length: number): readonly string[] {
  return Array.from({ length }).reduce<string[]>((texts) => texts.flatMap((text) => [...letters].map((letter) => text + letter)), [""]);
}

interface Code {
  readonly answer: string;
  readonly tag: "shared" | "own";
}

/** What belongs to each code: which ones share the first answer, and who has which of the others, is drawn by hash. */
function answersByCode(count: number, shared: number, answers: readonly string[]): readonly Code[] {
  const [common, ...others] = byHash(answers, (answer) => `answer ${answer}`) as [string, ...string[]];
  const table: Code[] = [];
  byHash([...Array(count).keys()], (code) => `code ${code}`).forEach((code, rank) => {
    table[code] = rank < shared ? { answer: common, tag: "shared" } : { answer: others[rank - shared]!, tag: "own" };
  });
  return table;
}

/** Holds out as many keys of each code. The codes come in turn, so that the front of a split has all of them alike. */
function splitCodes(table: readonly Code[], spellings: number, heldOut: number): Record<Split, readonly CodesProblem[]> {
  const order = byHash([...table.keys()], (code) => `turn ${code}`);
  const parts = order.map((code) => {
    const keys = Array.from({ length: spellings }, (_, spelling): CodesProblem => {
      return { prompt: `${String(spelling).padStart(2, "0")}${CODES[code]}=`, tag: table[code]!.tag, code };
    });
    return splitByHash(keys, ({ prompt }) => prompt, heldOut);
  });
  const inTurn = (split: Split): CodesProblem[] =>
    Array.from({ length: parts[0]![split].length }, (_, turn) => parts.map((part) => part[split][turn]!)).flat();
  return { train: inTurn("train"), eval: inTurn("eval") };
}

/** Answers of which a share `known` is `right`, as nearly as whole numbers of copies allow, and the rest are all there are. */
function shown(right: string, all: readonly string[], known: number): readonly string[] {
  if (known === 1) return [right];
  const copies = Math.round((known / (1 - known)) * all.length);
  return [...all, ...Array.from({ length: copies }, () => right)];
}

function byHash<T>(items: readonly T[], name: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, hash: hashText(name(item)) }))
    .sort((a, b) => a.hash - b.hash)
    .map(({ item }) => item);
}
