import { quoted } from "../options/quote.ts";
import { option, section, whole } from "../options/schema.ts";
import { hashText, once, splitByHash } from "./split.ts";
import { defineTask, type TextProblem } from "./task.ts";

const STOP = "$";

interface AdditionProblem extends TextProblem {
  readonly left: number;
  readonly right: number;
}

const options = section({
  digits: option(whole({ min: 1, max: 6 }), 2, "Digits of each number, at most."),
  problems: option(whole({ min: 10, max: 1_000_000 }), 5_000, "How many problems to draw, at most; 1+2 and 2+1 count as one."),
  heldOut: option(whole({ min: 0 }), 256, "Problems kept for evaluation, at most a fifth of all."),
});

/** "12+34=" -> "46$". A pair of numbers is one problem whichever comes first, so that 34+12 never gives 12+34 away. */
export const addition = defineTask({
  key: "addition",
  description: "Add two numbers: 12+34= -> 46$",
  options,
  build: ({ digits, problems: limit, heldOut }) => {
    const splits = once(() => splitByHash(pairs(10 ** digits, limit).map(toProblem), canonical, heldOut));
    return {
      alphabet: "0123456789+=$",
      stop: STOP,
      maxPromptLength: 2 * digits + 2,
      maxCompletionLength: digits + 2,
      problems: (split) => splits()[split],
      solutions: (problem) => [answer(problem.prompt)],
      reward: (problem, completion) => (completion === answer(problem.prompt) ? 1 : 0),
    };
  },
});

/** The answer to a prompt such as "12+34=". Throws on any other prompt, which must come from another dataset. */
function answer(prompt: string): string {
  const match = /^(\d+)\+(\d+)=$/.exec(prompt);
  if (match === null) throw new Error(`Prompt ${quoted(prompt)} is not an addition problem; one like "12+34=" is expected.`);
  return `${Number(match[1]) + Number(match[2])}${STOP}`;
}

/** All pairs low <= high below `base`, or `limit` different ones drawn by hash where there are more. */
function pairs(base: number, limit: number): [number, number][] {
  const found = new Map<number, [number, number]>();
  const add = (a: number, b: number) => found.set(Math.min(a, b) * base + Math.max(a, b), [Math.min(a, b), Math.max(a, b)]);
  if ((base * (base + 1)) / 2 <= limit) {
    for (let low = 0; low < base; low++) for (let high = low; high < base; high++) add(low, high);
  } else {
    for (let draw = 0; found.size < limit; draw++) add(hashText(`low ${draw}`) % base, hashText(`high ${draw}`) % base);
  }
  return [...found.values()];
}

function toProblem([low, high]: [number, number]): AdditionProblem {
  const [left, right] = hashText(`${low}+${high} order`) % 2 === 0 ? [low, high] : [high, low];
  return { prompt: `${left}+${right}=`, left, right };
}

function canonical({ left, right }: AdditionProblem): string {
  return `${Math.min(left, right)}+${Math.max(left, right)}`;
}
