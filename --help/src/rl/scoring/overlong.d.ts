import type { NamedReward } from "./rewards.js";
/**
 * Soft overlong punishment (DAPO, Yu et al. 2025, arXiv 2503.14476, formula 13), added to the reward: 0 for completions of up to
 * `longest - buffer` tokens, falling evenly to -1 at `longest`.
 */
export declare function overlongReward({ longest, buffer }: {
    readonly longest: number;
    readonly buffer: number;
}): NamedReward;
