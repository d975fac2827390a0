import type { NamedReward } from "../../../rl/scoring/rewards.ts";
import { hashText } from "../../../tasks/split.ts";
import type { Task } from "../../../tasks/task.ts";

/** A reward that follows from whether the answer is right, and from a number in 0..1 that is a hash of prompt and answer. */
type Shape = (right: boolean, chance: number) => number;

/** Rewards that break the assumption of advantages with mean zero, by name. */
export const rewardShapes = {
  plain: (right) => (right ? 1 : 0),
  "shifted up": (right) => (right ? 1.5 : 0.5),
  "shifted down": (right) => (right ? 0 : -1),
  skewed: (right, chance) => (right ? (chance < 0.1 ? 10 : 1) : 0),
  "two modes": (right, chance) => (right ? (chance < 0.5 ? 0.3 : 1) : chance < 0.5 ? -1 : 0),
} as const satisfies Readonly<Record<string, Shape>>;

export type RewardShape = keyof typeof rewardShapes;

/** The task's reward in another shape. The same answer to the same prompt always gets the same reward. */
export function shapedReward(task: Task, shape: RewardShape): NamedReward {
  return {
    name: task.name,
    reward: ({ prompts, completions }) =>
      completions.map((completion, i) => {
        const prompt = prompts[i]!;
        return rewardShapes[shape](task.reward({ prompt }, completion) >= 1, hashText(`${prompt} ${completion}`) / 2 ** 32);
      }),
  };
}
