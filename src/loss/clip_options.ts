import { decimal, option } from "../options/schema.ts";

/** The bounds of PPO's clip, for the losses that have one. */
export const clipOptions = {
  clipLow: option(
    decimal({ min: 0, max: 1 }),
    0.2,
    "A token with negative advantage stops learning once its probability ratio is below 1 - clipLow.",
  ),
  clipHigh: option(
    decimal({ min: 0 }),
    0.2,
    "A token with positive advantage stops learning once its probability ratio is above 1 + clipHigh.",
  ),
};

/** The third bound of PPO's clip. */
export const dualClipOption = {
  dualClip: option(
    decimal({ above: 1 }, "no dual clip").nullable(),
    null,
    "A token with negative advantage also stops learning once its probability ratio is above this.",
  ),
};
