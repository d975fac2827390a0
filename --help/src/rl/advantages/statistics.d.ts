import type { Score } from "./contract.js";
/** What a batch's rewards say about learning, under TRL's names. */
export interface RewardStatistics {
    /** Mean over the scored completions; NaN where there are none. */
    readonly reward: number;
    /** Mean over the groups of their unbiased standard deviation. */
    readonly reward_std: number;
    /** Share of groups whose rewards are all equal. Advantages that compare within groups are 0 there. */
    readonly frac_reward_zero_std: number;
}
/** Statistics of rewards [P * G]. Throws when the rewards do not divide into groups. */
export declare function rewardStatistics(rewards: readonly Score[], groupSize: number): RewardStatistics;
