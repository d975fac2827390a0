import { hashText } from "../../../tasks/split.js";
/** Rewards that break the assumption of advantages with mean zero, by name. */
export const rewardShapes = {
    plain: (right) => (right ? 1 : 0),
    "shifted up": (right) => (right ? 1.5 : 0.5),
    "shifted down": (right) => (right ? 0 : -1),
    skewed: (right, chance) => (right ? (chance < 0.1 ? 10 : 1) : 0),
    "two modes": (right, chance) => (right ? (chance < 0.5 ? 0.3 : 1) : chance < 0.5 ? -1 : 0),
};
/** The task's reward in another shape. The same answer to the same prompt always gets the same reward. */
export function shapedReward(task, shape) {
    return {
        name: task.name,
        reward: ({ prompts, completions }) => completions.map((completion, i) => {
            const prompt = prompts[i];
            return rewardShapes[shape](task.reward({ prompt }, completion) >= 1, hashText(`${prompt} ${completion}`) / 2 ** 32);
        }),
    };
}
