import { withoutGroups } from "./contract.ts";
import { grpo } from "./grpo.ts";
import { groupsOf } from "./scores.ts";

/**
 * (R - mean) / (std + 1e-6), both of the whole batch: prompts are compared with each other, and a group without spread still teaches
 * (REINFORCE++: Hu 2025, arXiv 2501.03262). Completions are whitened, not tokens, so long ones weigh no more than short ones.
 */
export const reinforcePlusPlus = withoutGroups(({ rewards, groupSize }) => {
  groupsOf(rewards, groupSize); // refuses what does not divide, as the others do
  return grpo({ rewards, groupSize: rewards.length });
});
