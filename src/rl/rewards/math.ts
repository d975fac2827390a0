import { section } from "../../options/schema.ts";
import { sameAnswer } from "./answers/compare.ts";
import { finalAnswer } from "./answers/extract.ts";
import { answerColumn, answerOf, defineReward } from "./define.ts";

const options = section({ column: answerColumn() });

/**
 * Compares final answers as exact fractions, without evaluating what a model wrote. The right answer may be a whole solution, such as those
 * of GSM8K, which end in "#### 72".
 */
export const math = defineReward({
  key: "math",
  description: '1 where the final answer (\\boxed{...}, after ####, after "answer is", or the last number) equals the right one, else 0',
  options,
  build: ({ column }) => {
    const known = new Map<string, string>();
    const rightAnswer = (solution: string): string => {
      const answer = known.get(solution) ?? statedAnswer(solution);
      if (known.size > MOST_KNOWN) known.clear();
      known.set(solution, answer);
      return answer;
    };
    return (completion) => {
      const solution = answerOf(completion, column);
      if (solution === undefined) return null;
      const given = finalAnswer(completion.text);
      return given !== undefined && sameAnswer(given, rightAnswer(solution)) ? 1 : 0;
    };
  },
});

/** The answer of a row: its final answer where it says one, else the whole text, so that "x + 1" and "3 apples" stay what they are. */
function statedAnswer(solution: string): string {
  return /####|\\f?boxed|<answer>|\banswers?\b/i.test(solution) ? (finalAnswer(solution) ?? solution) : solution;
}

const MOST_KNOWN = 1024;
