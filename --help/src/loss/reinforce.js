import { section } from "../options/schema.js";
import { defineLoss } from "./define.js";
/** REINFORCE (Williams 1992): -A logp. */
export const reinforce = defineLoss({
    key: "reinforce",
    description: "The plain policy gradient, without a probability ratio.",
    options: section({}),
    surrogate: ({ advantage, logp }) => ({ value: -advantage * logp, slope: -advantage, low: false, high: false }),
});
