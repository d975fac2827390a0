import { adjustable, decimal } from "../../options/schema.ts";
import { DEFAULT_BAND } from "../advantages/index.ts";

const entropy = () => decimal({ min: 0, max: 100 });

/** The options of the advantage gepo. */
export const gepoOptions = {
  gepoLow: adjustable(
    entropy(),
    DEFAULT_BAND.low,
    "With advantage gepo: the mean entropy of a prompt's completions below which their positive advantages are damped, in nats per token.",
  ),
  gepoHigh: adjustable(
    entropy(),
    DEFAULT_BAND.high,
    "With advantage gepo: the mean entropy above which their negative advantages are damped.",
  ),
  gepoDamping: adjustable(
    decimal({ min: 0, max: 1 }),
    DEFAULT_BAND.damping,
    "With advantage gepo: the factor of an advantage that is damped.",
  ),
};
