import { withinGroups } from "./contract.ts";
import { average, compareWithinGroups } from "./scores.ts";

/**
 * (R - mean) / mean of the group (MaxRL: Tajwar et al. 2026, arXiv 2602.02710). With rewards of 0 and 1 the mean is the share p of right
 * answers, and the gradient estimates that of log p in place of that of p: a prompt weighs 1 / p. A group whose mean is 0 or below gets 0.
 *
 * The paper's rewards are 0 and 1. Others from 0 up are taken by the same formula, and A stays below the number of completions. Rewards
 * below 0 can bring the mean near 0 and A far from it.
 */
export const maxrl = withinGroups((input) =>
  compareWithinGroups(input, (scored) => {
    const mean = average(scored);
    return mean > 0 ? (reward) => (reward - mean) / mean : () => 0;
  }),
);
