import { decimal, oneOf, option, section, whole } from "../../options/schema.ts";
import { defineReward } from "./define.ts";

const options = section({
  size: option(whole({ min: 1, max: 100 }), 3, "How many words, or tokens, make one n-gram."),
  penalty: option(decimal({ min: -1000, max: 0 }), -1, "The reward of a completion that repeats one n-gram only."),
  unit: option(oneOf(["words", "tokens"]), "words", "What n-grams are made of: words between white space, capitals ignored, or tokens."),
});

/**
 * The n-gram repetition penalty of Yeo et al. 2025 (arXiv 2502.03373, section 4) in Open R1's form: the share of n-grams that occurred
 * before, times the penalty.
 */
export const repetition = defineReward({
  key: "repetition",
  description: "Punishes repetition: the share of n-grams that are repeated, times the penalty",
  options,
  build: ({ size, penalty, unit }) => {
    return ({ text, ids }) => {
      const parts =
        unit === "tokens"
          ? Array.from(ids, String)
          : text
              .toLowerCase()
              .split(/\s+/)
              .filter((word) => word !== "");
      const total = parts.length - size + 1;
      if (total <= 0) return 0;
      const different = new Set(Array.from({ length: total }, (_, at) => parts.slice(at, at + size).join(" "))).size;
      // Without the addition the result of no repetition would be -0.
      return (1 - different / total) * penalty + 0;
    };
  },
});
