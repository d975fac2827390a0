import { flag, option, section } from "../../options/schema.ts";
import { answerColumn, answerOf, defineReward } from "./define.ts";

const options = section({
  column: answerColumn(),
  ignoreCase: option(flag(), false, "Whether capitals count as small letters."),
});

export const exact = defineReward({
  key: "exact",
  description: "1 where the completion is the right answer, but for white space around it, else 0",
  options,
  build: ({ column, ignoreCase }) => {
    const plain = (text: string): string => (ignoreCase ? text.trim().toLowerCase() : text.trim());
    return (completion) => {
      const answer = answerOf(completion, column);
      if (answer === undefined) return null;
      return plain(completion.text) === plain(answer) ? 1 : 0;
    };
  },
});
