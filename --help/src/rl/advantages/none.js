import { withoutGroups } from "./contract.js";
import { eachScored, groupsOf } from "./scores.js";
/** The reward itself, without any baseline (REINFORCE: Williams 1992). */
export const none = withoutGroups(({ rewards, groupSize }) => {
    groupsOf(rewards, groupSize);
    return Float64Array.from(eachScored(rewards, (reward) => reward));
});
