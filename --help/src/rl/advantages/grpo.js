import { withinGroups } from "./contract.js";
import { average, compareWithinGroups, EPSILON, standardDeviation } from "./scores.js";
/** (R - mean) / (std + 1e-6), both of the group, std unbiased (GRPO: Shao et al. 2024, arXiv 2402.03300). */
export const grpo = withinGroups((input) => compareWithinGroups(input, (scored) => {
    const mean = average(scored);
    const scale = 1 / (standardDeviation(scored) + EPSILON);
    return (reward) => (reward - mean) * scale;
}));
