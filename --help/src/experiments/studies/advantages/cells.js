import { parseTrainConfig } from "../../../rl/config/index.js";
import { createTask } from "../../../tasks/index.js";
import { armCells } from "../../framework/arms/cells.js";
import { slug } from "../../framework/names.js";
import { shapedReward } from "./reward_shapes.js";
import { armsOf } from "./settings.js";
export const distributionName = (task) => `distributions/${slug(task)}`;
/** The cells of the distributions, whose policy does not learn, come first. Then comes every remedy under every shape of the reward. */
export function advantagesCells(settings) {
    const shapeOf = new Map(Object.keys(settings.groups).map((shape) => [slug(shape), shape]));
    const remedies = armCells(armsOf(settings)).map((cell) => {
        const [, shape] = cell.name.split("/");
        return { ...cell, rewards: [shapedReward(cell.task, shapeOf.get(shape))], scoredByTask: true };
    });
    return [...distributionCells(settings), ...remedies];
}
function distributionCells({ distributions, grpo, eval: evaluation }) {
    return Object.entries(distributions.tasks).map(([name, { model, task, maxNewTokens }]) => ({
        name: distributionName(name),
        task: createTask(task),
        start: { kind: "folder", dir: model },
        config: parseTrainConfig({
            model,
            task,
            seed: 0,
            eval: { ...evaluation, every: 0 },
            grpo: { ...grpo, steps: distributions.steps, maxNewTokens, learningRate: 0 },
            entropy: { controller: "none" },
        }),
        observe: ({ rewards }) => rewards,
    }));
}
