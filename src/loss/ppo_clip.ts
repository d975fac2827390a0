import { section } from "../options/schema.ts";
import { clipOptions, clipParameters, clipped, dualClipOption } from "./clip.ts";
import { defineLoss } from "./define.ts";

/** PPO's clipped surrogate (Schulman et al. 2017, arXiv 1707.06347), with a dual clip where one is given. */
export const ppoClip = defineLoss({
  key: "ppo-clip",
  description: "The clipped surrogate of PPO and GRPO, with an optional dual clip.",
  options: section({ ...clipOptions, ...dualClipOption }),
  parameters: clipParameters,
  surrogate: clipped,
  clipMoves: true,
  scalesWithAdvantage: true,
});
