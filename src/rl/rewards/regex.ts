import { section } from "../../options/schema.ts";
import { defineReward } from "./define.ts";
import { flags, pattern, patternProblems } from "./pattern.ts";

const options = section({
  pattern: pattern("\\S", "The regular expression."),
  flags: flags(""),
});

export const regex = defineReward({
  key: "regex",
  description: "1 where a regular expression matches somewhere in the completion, else 0",
  options,
  check: patternProblems,
  build: (options) => {
    const expression = new RegExp(options.pattern, options.flags);
    return ({ text }) => (expression.test(text) ? 1 : 0);
  },
});
