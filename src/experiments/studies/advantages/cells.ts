import { parseTrainConfig } from "../../../rl/config/index.ts";
import { createTask } from "../../../tasks/index.ts";
import { armCells } from "../../framework/arms/cells.ts";
import type { Cell } from "../../framework/cell.ts";
import { slug } from "../../framework/names.ts";
import { type RewardShape, shapedReward } from "./reward_shapes.ts";
import { type AdvantagesSettings, armsOf } from "./settings.ts";

export const distributionName = (task: string): string => `distributions/${slug(task)}`;

/** The cells of the distributions, whose policy does not learn, come first. Then comes every remedy under every shape of the reward. */
export function advantagesCells(settings: AdvantagesSettings): Cell[] {
  const shapeOf = new Map(Object.keys(settings.groups).map((shape) => [slug(shape), shape as RewardShape]));
  const remedies = armCells(armsOf(settings)).map((cell): Cell => {
    const [, shape] = cell.name.split("/");
    return { ...cell, rewards: [shapedReward(cell.task, shapeOf.get(shape!)!)], scoredByTask: true };
  });
  return [...distributionCells(settings), ...remedies];
}

function distributionCells({ distributions, grpo, eval: evaluation }: AdvantagesSettings): Cell[] {
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
