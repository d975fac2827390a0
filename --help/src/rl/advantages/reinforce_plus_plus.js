import { withoutGroups } from "./contract.js";
import { grpo } from "./grpo.js";
import { groupsOf } from "./scores.js";
/**
 * (R - mean) / (std + 1e-6), both of the whole batch: prompts are compared with each other, and a group without spread still teaches
 * (REINFORCE++: Hu 2025, arXiv 2501.03262). Both are taken over completions, not over tokens, so long completions weigh no more than short ones.
 */
export const reinforcePlusPlus = withoutGroups(({ rewards, groupSize }) => {
    groupsOf(rewards, groupSize); // throws where the rewards do not divide into groups, as every advantage does
    return grpo({ rewards, groupSize: rewards.length });
});
