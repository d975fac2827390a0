import { quoted } from "../options/quote.ts";
import { decimal, oneOf, option, section, whole } from "../options/schema.ts";
import type { Random } from "../random.ts";
import { drawProblems, once, splitByHash } from "./split.ts";
import { defineTask, type TextProblem } from "./task.ts";

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
  build: ({ digits, scratchpad: share, begin, problems: limit, heldOut }) => {
    const number = (value: number): string => String(value).padStart(digits, "0");
    const draw = (random: Random): TextProblem => {
      const [left, right] = [random.integer(10 ** digits), random.integer(10 ** digits)];
      return { prompt: `${number(left)}+${number(right)}${BEGINNINGS[begin]}`, tag: `carries-${carries(left, right)}` };
    };
    const splits = once(() => splitByHash([...drawProblems("scratchpad", limit, draw, canonical)], canonical, heldOut));
    const sum = (prompt: string): string => {
      const { left, right } = parsePrompt(prompt);
      return String(left + right).padStart(digits + 1, "0");
    };
    const ways = ({ prompt }: TextProblem): Record<"direct" | "scratchpad", string> => {
      const text = sum(prompt);
      const free = { direct: `=${text}${STOP}`, scratchpad: `:${[...text].reverse().join("")}=${text}${STOP}` };
      return begin === "free" ? free : { direct: free.direct.slice(1), scratchpad: free.scratchpad.slice(1) };
    };
    return {
      alphabet: `0123456789+=:${STOP}`,
      stop: STOP,
      maxPromptLength: 2 * digits + 1 + BEGINNINGS[begin].length,
      maxCompletionLength: 2 * digits + 5 - BEGINNINGS[begin].length,
      problems: (split) => splits()[split],
      solutions: (problem) => {
        const way = ways(problem);
        if (begin !== "free") return [way[begin]];
        const written = Math.round(share * MIX);
        return Array.from({ length: MIX }, (_, i) => (i < written ? way.scratchpad : way.direct));
      },
      reward: (problem, completion) => {
        const match = /^(?::\d*)?=(\d+)\$$/.exec(BEGINNINGS[begin] + completion);
        return match?.[1] === sum(problem.prompt) ? 1 : 0;
      },
    };
  },
});

/** The numbers of a prompt such as "047+385". Throws on any other prompt, which must come from another dataset. */
function parsePrompt(prompt: string): { readonly left: number; readonly right: number } {
  const match = /^(\d+)\+(\d+)[=:]?$/.exec(prompt);
  if (match === null) throw new Error(`Prompt ${quoted(prompt)} is not a scratchpad problem; one like "047+385" is expected.`);
  return { left: Number(match[1]), right: Number(match[2]) };
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
