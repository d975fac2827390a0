import type { NamedReward } from "./rewards.ts";

/** The name of the punishment among the reward functions. */
export const OVERLONG = "overlong";

/**
 * Soft overlong punishment (DAPO, Yu et al. 2025, arXiv 2503.14476, formula 13), added to the reward: 0 for completions of up to
 * `longest - buffer` tokens, falling evenly to -1 at `longest`.
 */
export function overlongReward({ longest, buffer }: { readonly longest: number; readonly buffer: number }): NamedReward {
  return {
    name: OVERLONG,
    reward: ({ completionIds }) => completionIds.map(({ length }) => Math.max(-1, Math.min(0, (longest - buffer - length) / buffer))),
  };
}
