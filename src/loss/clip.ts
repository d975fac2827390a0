import { adjustable, decimal } from "../options/schema.ts";
import { MOST_RATIO, type Surrogate, type Token } from "./token.ts";

/** The bounds of PPO's clip, for the losses that have this clip. */
export const clipOptions = {
  clipLow: adjustable(
    decimal({ min: 0, max: 1 }),
    0.2,
    "A token with negative advantage stops learning once its probability ratio is below 1 - clipLow.",
  ),
  clipHigh: adjustable(
    decimal({ min: 0, max: MOST_RATIO }),
    0.2,
    "A token with positive advantage stops learning once its probability ratio is above 1 + clipHigh.",
  ),
};

/** The third bound of PPO's clip. */
export const dualClipOption = {
  dualClip: adjustable(
    decimal({ above: 1, max: MOST_RATIO }, "no dual clip").nullable(),
    null,
    "A token with negative advantage also stops learning once its probability ratio is above this; null sets no such bound.",
  ),
};

export interface Clip {
  readonly clipLow: number;
  readonly clipHigh: number;
  readonly dualClip: number | null;
}

export function clipParameters({ clipLow, clipHigh, dualClip }: Clip): Readonly<Record<"clip_low" | "clip_high" | "dual_clip", number>> {
  return { clip_low: clipLow, clip_high: clipHigh, dual_clip: dualClip ?? 0 };
}

type Clipped = Pick<Token, "advantage" | "ratio" | "ratioSlope" | "tilt">;

/** shaders/lib/clip.wgsl in double precision. */
export function clipped({ advantage, ratio, ratioSlope, tilt }: Clipped, clip: Clip): Surrogate {
  const [least, most] = [1 - clip.clipLow * Math.exp(tilt), 1 + clip.clipHigh * Math.exp(-tilt)];
  const low = advantage < 0 && ratio < least;
  const high = advantage > 0 && ratio > most;
  const dual = clip.dualClip !== null && advantage < 0 && ratio > clip.dualClip;
  const bounded = Math.min(Math.max(ratio, least), most);
  const value = dual ? -clip.dualClip! * advantage : -Math.min(ratio * advantage, bounded * advantage);
  return { value, slope: low || high || dual ? 0 : -ratioSlope * advantage, low, high };
}
