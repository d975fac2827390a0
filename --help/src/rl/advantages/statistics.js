import { average, groupsOf, isConstant, isScored, standardDeviation } from "./scores.js";
/** Statistics of rewards [P * G]. Throws when the rewards do not divide into groups. */
export function rewardStatistics(rewards, groupSize) {
    const groups = groupsOf(rewards, groupSize).map((group) => group.filter(isScored));
    return {
        reward: average(rewards.filter(isScored)),
        reward_std: average(groups.map(standardDeviation)),
        frac_reward_zero_std: groups.filter(isConstant).length / groups.length,
    };
}
