import { withinGroups } from "./contract.js";
import { average, compareWithinGroups, EPSILON, isScored, standardDeviation } from "./scores.js";
/** (R - mean of the group) / (std of the whole batch's rewards + 1e-6) (Liu et al. 2025, arXiv 2508.08221; `scale_rewards: batch` in TRL). */
export const batch = withinGroups((input) => {
    const scale = 1 / (standardDeviation(input.rewards.filter(isScored)) + EPSILON);
    return compareWithinGroups(input, (scored) => {
        const mean = average(scored);
        return (reward) => (reward - mean) * scale;
    });
});
