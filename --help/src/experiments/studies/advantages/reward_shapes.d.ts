import type { NamedReward } from "../../../rl/scoring/rewards.js";
import type { Task } from "../../../tasks/task.js";
/** Rewards that break the assumption of advantages with mean zero, by name. */
export declare const rewardShapes: {
    readonly plain: (right: boolean) => 0 | 1;
    readonly "shifted up": (right: boolean) => 1.5 | 0.5;
    readonly "shifted down": (right: boolean) => 0 | -1;
    readonly skewed: (right: boolean, chance: number) => 10 | 0 | 1;
    readonly "two modes": (right: boolean, chance: number) => 0 | 1 | -1 | 0.3;
};
export type RewardShape = keyof typeof rewardShapes;
/** The task's reward in another shape. The same answer to the same prompt always gets the same reward. */
export declare function shapedReward(task: Task, shape: RewardShape): NamedReward;
