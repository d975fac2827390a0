import { decimal, option, section } from "../options/schema.ts";
import { defineLoss } from "./define.ts";

/** SAPO (arXiv 2511.20347): a gate that closes smoothly as the ratio leaves 1. */
export const sapo = defineLoss({
  key: "sapo",
  description: "A gate that closes smoothly on both sides of the ratio 1, in the place of a clip.",
  options: section({
    sapoPositive: option(
      decimal({ above: 0 }),
      1,
      "How fast tokens with positive advantage stop learning as their probability ratio leaves 1.",
    ),
    sapoNegative: option(decimal({ above: 0 }), 1.05, "The same for tokens with negative advantage."),
  }),
});
