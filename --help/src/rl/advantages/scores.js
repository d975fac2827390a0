import { deviation } from "../../report/statistics.js";
export { mean as average } from "../../report/statistics.js";
/** Added to every standard deviation that divides. */
export const EPSILON = 1e-6;
/** A reward of 1 or more means a right answer, in advantages and in evaluations. */
export function isRight(reward) {
    return (reward ?? 0) >= 1;
}
export function isScored(reward) {
    return reward !== null;
}
/** Splits rewards [P * G] into their P groups. Throws when they do not divide into groups. */
export function groupsOf(rewards, groupSize) {
    if (!Number.isInteger(groupSize) || groupSize < 1 || rewards.length === 0 || rewards.length % groupSize !== 0) {
        throw new Error(`${rewards.length} rewards do not divide into groups of ${groupSize}; give one reward or null per completion.`);
    }
    return Array.from({ length: rewards.length / groupSize }, (_, group) => rewards.slice(group * groupSize, (group + 1) * groupSize));
}
/** Advantages group by group. `rule` turns a group's scored rewards into a function from reward to advantage. Equal rewards get 0. */
export function compareWithinGroups({ rewards, groupSize }, rule) {
    const groups = groupsOf(rewards, groupSize).map((group) => {
        const scored = group.filter(isScored);
        // The mean of equal rewards differs from them by rounding, which a division by 1e-6 would magnify.
        return isConstant(scored) ? group.map(() => 0) : eachScored(group, rule(scored));
    });
    return Float64Array.from(groups.flat());
}
/** Applies `rule` to every scored reward; an unscored one gets 0. */
export function eachScored(rewards, rule) {
    return rewards.map((reward) => (reward === null ? 0 : rule(reward)));
}
/** Whether all values are equal, as fewer than two always are. */
export function isConstant(values) {
    return values.every((value) => value === values[0]);
}
/** The unbiased standard deviation; 0 for fewer than two values. */
export function standardDeviation(values) {
    return isConstant(values) ? 0 : deviation(values);
}
