import { parseTrainConfig } from "../../rl/config.ts";
import { createTask } from "../../tasks/index.ts";
import { merge } from "../settings.ts";
import type { Cell } from "../study.ts";
import { type ArmsSettings, armNames, seedsOf } from "./settings.ts";

export function cellName(seed: number, arm: string): string {
  return `seed-${seed}/${arm.toLowerCase().replaceAll(/[^a-z0-9.]+/g, "-")}`;
}

/** Every arm with every seed, seed by seed, so that a study cut short has whole comparisons. */
export function armCells(settings: ArmsSettings): Cell[] {
  const { model, task, grpo, entropy } = settings;
  const chosen = createTask(task);
  return seedsOf(settings).flatMap((seed) =>
    armNames(settings).map((arm): Cell => {
      const shared = { model, task, seed, eval: { ...settings.eval, every: 0 }, grpo, entropy };
      return {
        name: cellName(seed, arm),
        task: chosen,
        start: { kind: "folder", dir: model },
        config: parseTrainConfig(merge(shared, settings.arms[arm])),
      };
    }),
  );
}
