import { section } from "../../options/schema.ts";
import { defineReward } from "./define.ts";
import { flags, pattern, patternProblems } from "./pattern.ts";

/** Each tag once, in this order, and nothing beside them. DeepSeek-R1 (arXiv 2501.12948) rewards this form. */
const THINK_THEN_ANSWER = "<think>(?:(?!</?think>|</?answer>).)*</think>\\s*<answer>(?:(?!</?think>|</?answer>).)*</answer>";

const options = section({
  pattern: pattern(THINK_THEN_ANSWER, "The regular expression that the whole completion must match, but for white space around it."),
  flags: flags("s"),
});

export const format = defineReward({
  key: "format",
  description: "1 where the whole completion has a form, by default <think>...</think><answer>...</answer>, else 0",
  options,
  check: patternProblems,
  build: (options) => {
    const expression = new RegExp(`^(?:${options.pattern})$`, options.flags);
    return ({ text }) => (expression.test(text.trim()) ? 1 : 0);
  },
});
