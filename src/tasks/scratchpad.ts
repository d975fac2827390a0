import { quoted } from "../options/quote.ts";
import { decimal, oneOf, option, section, whole } from "../options/schema.ts";
import type { Random } from "../random.ts";
import { drawProblems, once, splitByHash } from "./split.ts";
import { defineTask, type Split, type TextProblem } from "./task.ts";

const STOP = "$";
/** What stands at the end of a prompt that leaves no choice of the first character. */
const BEGINNINGS = { free: "", direct: "=", scratchpad: ":" } as const;
/** Solutions of a problem in the mix that the warm start draws from. */
const MIX = 40;

const options = section({
  digits: option(whole({ min: 1, max: 6 }), 3, "Digits of each number, with zeros in front."),
  scratchpad: option(decimal({ min: 0, max: 1 }), 0.1, "For the warm start: share of the solutions shown that use the scratchpad."),
  begin: option(
    oneOf(["free", "direct", "scratchpad"]),
    "free",
    "Whether the answer may begin as it likes; direct and scratchpad write the first character into the prompt, to measure either way.",
  ),
  forced: option(
    decimal({ min: 0, max: 1 }),
    0,
    "For the warm start: share of the training prompts that end in the scratchpad's first character, so that it is learned without becoming a habit.",
  ),
  problems: option(whole({ min: 10, max: 1_000_000 }), 20_000, "How many problems to draw, at most; 1+2 and 2+1 count as one."),
  heldOut: option(whole({ min: 0 }), 1024, "Problems kept for evaluation, at most a fifth of all."),
});

/**
 * "047+385" -> "=0432$" or ":2340=0432$": add at once, or by way of a scratchpad that holds the digits of the sum from the last to the first,
 * the order in which a carry is known when it is needed (Lee et al., arXiv 2307.03381, section 3). The reward reads only what stands behind
 * `=`, so that a policy must find out by itself whether the longer way pays. The tag is the number of carries: `carries-2`.
 */
export const scratchpad = defineTask({
  key: "scratchpad",
  description: "Add at once or by way of a scratchpad: 047+385 -> =0432$ or :2340=0432$",
  options,
  build: ({ digits, scratchpad: share, begin, forced, problems: limit, heldOut }) => {
    const number = (value: number): string => String(value).padStart(digits, "0");
    const draw = (random: Random): TextProblem => {
      const [left, right] = [random.integer(10 ** digits), random.integer(10 ** digits)];
      return { prompt: `${number(left)}+${number(right)}${BEGINNINGS[begin]}`, tag: `carries-${carries(left, right)}` };
    };
    const splits = once((): Record<Split, readonly TextProblem[]> => {
      const drawn = splitByHash([...drawProblems("scratchpad", limit, draw, canonical)], canonical, heldOut);
      const ended = Math.round(begin === "free" ? forced * drawn.train.length : 0);
      // Problems come in the order of their hashes, so that those of the front are a fair sample.
      return { ...drawn, train: drawn.train.map((problem, i) => (i < ended ? { ...problem, prompt: `${problem.prompt}:` } : problem)) };
    });
    const sum = ({ left, right }: Sum): string => String(left + right).padStart(digits + 1, "0");
    return {
      alphabet: `0123456789+=:${STOP}`,
      stop: STOP,
      maxPromptLength: 2 * digits + 2,
      maxCompletionLength: 2 * digits + 5,
      problems: (split) => splits()[split],
      solutions: (problem) => {
        const parsed = parsePrompt(problem.prompt);
        const text = sum(parsed);
        const direct = `=${text}${STOP}`;
        const written = `:${[...text].reverse().join("")}${direct}`;
        if (parsed.beginning !== "") return [(parsed.beginning === "=" ? direct : written).slice(1)];
        const copies = Math.round(share * MIX);
        return Array.from({ length: MIX }, (_, i) => (i < copies ? written : direct));
      },
      reward: (problem, completion) => {
        const parsed = parsePrompt(problem.prompt);
        const match = /^(?::\d*)?=(\d+)\$$/.exec(parsed.beginning + completion);
        return match?.[1] === sum(parsed) ? 1 : 0;
      },
    };
  },
});

interface Sum {
  readonly left: number;
  readonly right: number;
  /** The first character of the answer where the prompt holds it, else nothing. */
  readonly beginning: string;
}

/** The numbers of a prompt such as "047+385". Throws on any other prompt, which must come from another dataset. */
function parsePrompt(prompt: string): Sum {
  const match = /^(\d+)\+(\d+)([=:]?)$/.exec(prompt);
  if (match === null) throw new Error(`Prompt ${quoted(prompt)} is not a scratchpad problem; one like "047+385" is expected.`);
  return { left: Number(match[1]), right: Number(match[2]), beginning: match[3]! };
}

function canonical({ prompt }: TextProblem): string {
  const { left, right } = parsePrompt(prompt);
  return `${Math.min(left, right)}+${Math.max(left, right)}`;
}

/** How many digits of a sum carry one to the next digit. */
function carries(left: number, right: number, carried = 0): number {
  if (left === 0 && right === 0) return 0;
  const carry = (left % 10) + (right % 10) + carried > 9 ? 1 : 0;
  return carry + carries(Math.floor(left / 10), Math.floor(right / 10), carry);
}
