import { quoted } from "../options/quote.ts";
import { decimal, oneOf, option, section, whole } from "../options/schema.ts";
import { STRATA, stratumOf, withShare } from "./countdown_strata.ts";
import { evaluateExpression } from "./expression.ts";
import { hashText, once, splitByHash } from "./split.ts";
import { defineTask, type Split, type TextProblem } from "./task.ts";

const STOP = "$";
const OPERATORS = ["+", "-", "*"] as const;

interface CountdownProblem extends TextProblem {
  readonly numbers: readonly number[];
  readonly target: number;
}

const options = section({
  numbers: option(whole({ min: 2, max: 4 }), 3, "How many numbers a problem gives."),
  max: option(whole({ min: 1, max: 9 }), 9, "The largest number."),
  largestAtLeast: option(
    whole({ min: 1, max: 9 }),
    1,
    "The least that a problem's largest number may be, at most max: 7 leaves out the problems of max 6.",
  ),
  heldOut: option(whole({ min: 0 }), 256, "Problems kept for evaluation, at most a fifth of all."),
  partialCredit: option(decimal({ min: 0, max: 1 }), 0, "Reward of an expression that uses the numbers once but misses the target."),
  tagBy: option(
    oneOf(STRATA, "no tag").nullable(),
    null,
    "What tags a problem: operators (plus where the sum of the numbers is the target, else minus or times by what an answer needs), answers (few, some or many right ones), or null (no tag).",
  ),
  plusShare: option(
    decimal({ min: 0, max: 0.95 }, "as they come").nullable(),
    null,
    "Share of the training problems that the sum of the numbers solves, which repeat for it; null is as they come.",
  ),
});

/**
 * "375=022:" -> "3*5+7$": use each digit once with +, - and * (usual precedence, no brackets) to hit the target. A problem is a
 * multiset of digits with a reachable target of zero or more; the digits of its prompt stand in an order drawn by its hash.
 * Three digits up to 9 make 1,418 problems with 3.6 right answers on average.
 */
export const countdown = defineTask({
  key: "countdown",
  description: "Use each digit once with + - * to hit the target: 375=022: -> 3*5+7$",
  options,
  build: ({ numbers: count, max, largestAtLeast, heldOut, partialCredit, tagBy, plusShare }) => {
    if (largestAtLeast > max)
      throw new Error(`task "countdown": no number is larger than max ${max}; lower largestAtLeast, which is ${largestAtLeast}.`);
    // A target has three digits even where the largest one is shorter, so that prompts of easier settings look alike.
    const width = Math.max(3, String(max ** count).length);
    const solutionsOf = new Map<string, ReadonlyMap<number, readonly string[]>>();
    const solutions = (numbers: readonly number[], target: number): readonly string[] => {
      const key = sorted(numbers).join("");
      const answers = solutionsOf.get(key) ?? expressions(sorted(numbers));
      solutionsOf.set(key, answers);
      return answers.get(target) ?? [];
    };
    const splits = once((): Record<Split, readonly CountdownProblem[]> => {
      const all = allProblems(count, max, width).filter(({ numbers }) => Math.max(...numbers) >= largestAtLeast);
      const bare = splitByHash(all, canonical, heldOut);
      const tagged = (problem: CountdownProblem): CountdownProblem =>
        tagBy === null ? problem : { ...problem, tag: stratumOf(tagBy, solutions(problem.numbers, problem.target)) };
      const isPlus = ({ numbers, target }: CountdownProblem): boolean => numbers.reduce((sum, number) => sum + number) === target;
      const train = plusShare === null ? bare.train : withShare(bare.train, isPlus, plusShare);
      return { train: train.map(tagged), eval: bare.eval.map(tagged) };
    });
    return {
      alphabet: "0123456789+-*=:$",
      stop: STOP,
      maxPromptLength: count + width + 2,
      maxCompletionLength: 2 * count,
      problems: (split) => splits()[split],
      solutions: (problem) => {
        const { numbers, target } = parsePrompt(problem.prompt);
        return solutions(numbers, target).map((expression) => expression + STOP);
      },
      reward: (problem, completion) => {
        const { numbers, target } = parsePrompt(problem.prompt);
        if (!completion.endsWith(STOP)) return 0;
        const evaluated = evaluateExpression(completion.slice(0, -STOP.length));
        if (evaluated === undefined || sorted(evaluated.numbers).join() !== sorted(numbers).join()) return 0;
        return evaluated.value === target ? 1 : partialCredit;
      },
    };
  },
});

/** Reads a prompt such as "375=022:". Throws on any other prompt, which must come from another dataset. */
function parsePrompt(prompt: string): { readonly numbers: readonly number[]; readonly target: number } {
  const match = /^([1-9]+)=(\d+):$/.exec(prompt);
  if (match === null) throw new Error(`Prompt ${quoted(prompt)} is not a countdown problem; one like "375=022:" is expected.`);
  return { numbers: [...match[1]!].map(Number), target: Number(match[2]) };
}

function allProblems(count: number, max: number, width: number): CountdownProblem[] {
  const problems: CountdownProblem[] = [];
  for (const multiset of multisets(count, 1, max)) {
    for (const target of expressions(multiset).keys()) {
      if (target < 0) continue;
      const numbers = shuffled(multiset, target);
      problems.push({ prompt: `${numbers.join("")}=${String(target).padStart(width, "0")}:`, numbers, target });
    }
  }
  return problems;
}

function canonical({ numbers, target }: CountdownProblem): string {
  return `${sorted(numbers).join("")}=${target}`;
}

/** Every value that some order of the numbers and some operators reach, with the expressions that reach it. */
function expressions(multiset: readonly number[]): Map<number, string[]> {
  const byValue = new Map<number, string[]>();
  const extend = (text: string, rest: readonly number[]): void => {
    if (rest.length === 0) {
      const { value } = evaluateExpression(text)!;
      const found = byValue.get(value);
      if (found === undefined) byValue.set(value, [text]);
      else found.push(text);
      return;
    }
    for (const number of new Set(rest)) {
      const left = without(rest, number);
      if (text === "") extend(String(number), left);
      else for (const operator of OPERATORS) extend(text + operator + number, left);
    }
  };
  extend("", multiset);
  return byValue;
}

/** All ascending lists of `count` numbers from `from` to `max`. */
function multisets(count: number, from: number, max: number): number[][] {
  if (count === 0) return [[]];
  const lists: number[][] = [];
  for (let first = from; first <= max; first++) {
    for (const rest of multisets(count - 1, first, max)) lists.push([first, ...rest]);
  }
  return lists;
}

function shuffled(multiset: readonly number[], target: number): number[] {
  const problem = `${multiset.join("")}=${target}`;
  return multiset
    .map((number, place) => ({ number, rank: hashText(`${problem} place ${place}`) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ number }) => number);
}

function without(numbers: readonly number[], number: number): number[] {
  const place = numbers.indexOf(number);
  return numbers.filter((_, index) => index !== place);
}

function sorted(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}
