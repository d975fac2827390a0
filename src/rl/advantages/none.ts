import { withoutGroups } from "./contract.ts";
import { eachScored, groupsOf } from "./scores.ts";

/** The reward itself, without any baseline (REINFORCE: Williams 1992). */
export const none = withoutGroups(({ rewards, groupSize }) => {
  groupsOf(rewards, groupSize);
  return Float64Array.from(eachScored(rewards, (reward) => reward));
});
