import { MOST } from "../../options/limits.ts";
import { decimal, oneOf, option, section, whole } from "../../options/schema.ts";
import { contains } from "./contains.ts";
import { answerColumn, defineReward } from "./define.ts";
import { exact } from "./exact.ts";
import { math } from "./math.ts";

const judges = { math, exact, contains };

const value = () => decimal({ min: -1000, max: 1000 });

const options = section({
  column: answerColumn(),
  judge: option(oneOf(["math", "exact", "contains"]), "math", "The reward that says which completions are right."),
  longest: option(
    whole({ min: 1, max: MOST.tokens }, "grpo.maxNewTokens").nullable(),
    null,
    "The tokens at which the last values are reached; null is the longest completion that is sampled.",
  ),
  rightShort: option(value(), 1, "The reward of a right completion of no tokens."),
  rightLong: option(value(), 0.5, "The reward of a right completion of the longest length."),
  wrongShort: option(value(), -1, "The reward of a wrong completion of no tokens."),
  wrongLong: option(value(), -0.5, "The reward of a wrong completion of the longest length."),
});

/**
 * The cosine reward of Yeo et al. 2025 (Demystifying Long Chain-of-Thought Reasoning in LLMs, arXiv 2502.03373, section 4):
 *   long + (short - long) (1 + cos(pi tokens / longest)) / 2
 * with the values of right completions or those of wrong ones. The defaults are Open R1's: right answers should be short, and thinking
 * longer is better than being wrong at once.
 */
export const length = defineReward({
  key: "length",
  description: "Rewards right completions for being short and wrong ones for being long, along a cosine of their tokens",
  options,
  build: ({ judge, column, longest, rightShort, rightLong, wrongShort, wrongLong }) => {
    const { reward } = judges[judge]({ column });
    return ({ text, ids, prompt, columns, state }) => {
      const end = longest ?? (typeof state.maxNewTokens === "number" ? state.maxNewTokens : ids.length);
      const asked = Object.fromEntries(Object.entries(columns).map(([name, own]) => [name, [own]]));
      const [judged] = reward({ prompts: [prompt], completions: [text], completionIds: [ids], columns: asked, state }) as (number | null)[];
      if (judged === null || judged === undefined) return null;
      const [short, long] = judged >= 1 ? [rightShort, rightLong] : [wrongShort, wrongLong];
      const progress = Math.min(1, ids.length / Math.max(1, end));
      return long + ((short - long) * (1 + Math.cos(Math.PI * progress))) / 2;
    };
  },
});
