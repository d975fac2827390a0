import { withinGroups } from "./contract.js";
import { average, compareWithinGroups } from "./scores.js";
/** R minus the mean of the group's other completions = G / (G - 1) (R - mean) (RLOO: Ahmadian et al. 2024, arXiv 2402.14740). */
export const rloo = withinGroups((input) => compareWithinGroups(input, (scored) => {
    const mean = average(scored);
    const scale = scored.length / (scored.length - 1);
    return (reward) => (reward - mean) * scale;
}));
