import { sequenceRatio } from "../ops/sequence_ratio.ts";
import { adjustable, decimal, section } from "../options/schema.ts";
import { clipParameters, clipped, dualClipOption } from "./clip.ts";
import { defineLoss } from "./define.ts";
import { MOST_RATIO } from "./token.ts";

/** GSPO (arXiv 2507.18071): PPO's clip of the probability ratio of the whole sequence, which stays far nearer to 1 than a token's. */
export const gspo = defineLoss({
  key: "gspo",
  description: "PPO's clip of one probability ratio for a whole sequence.",
  options: section({
    clipLow: adjustable(
      decimal({ min: 0, max: 1 }),
      3e-4,
      "A sequence with negative advantage stops learning once its probability ratio is below 1 - clipLow.",
    ),
    clipHigh: adjustable(
      decimal({ min: 0, max: MOST_RATIO }),
      4e-4,
      "A sequence with positive advantage stops learning once its probability ratio is above 1 + clipHigh.",
    ),
    ...dualClipOption,
  }),
  parameters: clipParameters,
  surrogate: ({ advantage, extra, differenceSlope, tilt }, clip) =>
    clipped({ advantage, ratio: Math.exp(extra), ratioSlope: Math.exp(extra) * differenceSlope, tilt }, clip),
  extra: ({ sequences, ...given }) => sequenceRatio(given, { sequences }),
  bySequence: true,
  clipMoves: true,
  scalesWithAdvantage: true,
});
