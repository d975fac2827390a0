import { withinGroups } from "./contract.ts";
import { average, compareWithinGroups } from "./scores.ts";

/** R - mean of the group: easy and hard prompts are not blown up (Dr. GRPO: Liu et al. 2025, arXiv 2503.20783). */
export const drGrpo = withinGroups((input) =>
  compareWithinGroups(input, (scored) => {
    const mean = average(scored);
    return (reward) => reward - mean;
  }),
);
