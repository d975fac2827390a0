/**
 * Soft overlong punishment (DAPO, Yu et al. 2025, arXiv 2503.14476, formula 13), added to the reward: 0 for completions of up to
 * `longest - buffer` tokens, falling evenly to -1 at `longest`.
 */
export function overlongReward({ longest, buffer }) {
    return {
        name: "overlong",
        reward: ({ completionIds }) => completionIds.map(({ length }) => Math.max(-1, Math.min(0, (longest - buffer - length) / buffer))),
    };
}
