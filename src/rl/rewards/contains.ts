import { flag, option, section } from "../../options/schema.ts";
import { answerColumn, answerOf, defineReward } from "./define.ts";

const options = section({
  column: answerColumn(),
  ignoreCase: option(flag(), false, "Whether capitals count as small letters."),
});

export const contains = defineReward({
  key: "contains",
  description: "1 where the right answer occurs somewhere in the completion, else 0",
  options,
  build: ({ column, ignoreCase }) => {
    const plain = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
    return (completion) => {
      const answer = answerOf(completion, column)?.trim();
      if (answer === undefined || answer === "") return null;
      return plain(completion.text).includes(plain(answer)) ? 1 : 0;
    };
  },
});
