import { createController } from "../../../control/index.ts";
import { parseTrainConfig } from "../../../rl/config/index.ts";
import { createTask } from "../../../tasks/index.ts";
import type { Cell } from "../cell.ts";
import { slug } from "../names.ts";
import { seedsOf } from "../seeds.ts";
import { merge } from "../settings.ts";
import { ALONE, type ArmsSettings, armNames, groupNames } from "./settings.ts";

export function cellName(seed: number, arm: string, group = ALONE): string {
  return [`seed-${seed}`, ...(group === ALONE ? [] : [group]), arm].map(slug).join("/");
}

/** Every arm of every group with every seed. Seeds follow one another, so that a study that is cut short has whole comparisons. */
export function armCells(settings: ArmsSettings): Cell[] {
  return seedsOf(settings).flatMap((seed) =>
    groupNames(settings).flatMap((group) => armNames(settings).map((arm) => armCell(settings, { seed, group, arm }))),
  );
}

/** The arms of a group whose controllers hold an entropy at a target. */
export function holdingArms({ entropy, arms, groups }: ArmsSettings, group = ALONE): string[] {
  const changes = groups?.[group];
  return Object.keys(arms).filter((arm) => {
    const section = [changes?.entropy, arms[arm]?.entropy, changes?.arms?.[arm]?.entropy].reduce(merge, { controller: "pi", ...entropy });
    return createController(section as Parameters<typeof createController>[0]).holds.length > 0;
  });
}

function armCell(settings: ArmsSettings, { seed, group, arm }: { seed: number; group: string; arm: string }): Cell {
  const { arms: ownArms, elsewhere = settings.elsewhere, task = settings.task, ...changes } = settings.groups?.[group] ?? {};
  const { model, grpo, entropy } = settings;
  const shared = merge({ model, seed, eval: { ...settings.eval, every: 0 }, grpo, entropy }, changes);
  // A task is replaced as a whole, because the options of one mean nothing to another.
  const config = parseTrainConfig({ ...(merge(merge(shared, settings.arms[arm]), ownArms?.[arm]) as object), task });
  return {
    name: cellName(seed, arm, group),
    task: createTask(task),
    start: { kind: "folder", dir: config.model },
    config,
    ...(elsewhere && { elsewhere }),
  };
}
