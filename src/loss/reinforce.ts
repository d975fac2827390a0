import { section } from "../options/schema.ts";
import { defineLoss } from "./define.ts";

/** REINFORCE (Williams 1992): -A logp. */
export const reinforce = defineLoss({
  key: "reinforce",
  description: "The plain policy gradient, without a probability ratio.",
  options: section({}),
  surrogate: ({ advantage, logp }) => ({ value: -advantage * logp, slope: -advantage, low: false, high: false }),
  scalesWithAdvantage: true,
});
