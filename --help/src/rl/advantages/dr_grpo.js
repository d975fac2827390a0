import { withinGroups } from "./contract.js";
import { average, compareWithinGroups } from "./scores.js";
/** R - mean of the group. No std divides, which would magnify prompts of little spread (Dr. GRPO: Liu et al. 2025, arXiv 2503.20783). */
export const drGrpo = withinGroups((input) => compareWithinGroups(input, (scored) => {
    const mean = average(scored);
    return (reward) => reward - mean;
}));
