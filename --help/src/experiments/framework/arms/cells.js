import { createController } from "../../../control/index.js";
import { parseTrainConfig } from "../../../rl/config/index.js";
import { createTask } from "../../../tasks/index.js";
import { slug } from "../names.js";
import { seedsOf } from "../seeds.js";
import { merge } from "../settings.js";
import { ALONE, armNames, groupNames } from "./settings.js";
export function cellName(seed, arm, group = ALONE) {
    return [`seed-${seed}`, ...(group === ALONE ? [] : [group]), arm].map(slug).join("/");
}
/** Every arm of every group with every seed. Seeds follow one another, so that a study that is cut short has whole comparisons. */
export function armCells(settings) {
    return seedsOf(settings).flatMap((seed) => groupNames(settings).flatMap((group) => armNames(settings).map((arm) => armCell(settings, { seed, group, arm }))));
}
/** The arms of a group whose controllers hold an entropy at a target. */
export function holdingArms({ entropy, arms, groups }, group = ALONE) {
    const changes = groups?.[group];
    return Object.keys(arms).filter((arm) => {
        const section = [changes?.entropy, arms[arm]?.entropy, changes?.arms?.[arm]?.entropy].reduce(merge, { controller: "pi", ...entropy });
        return createController(section).holds.length > 0;
    });
}
function armCell(settings, { seed, group, arm }) {
    const { arms: ownArms, elsewhere = settings.elsewhere, task = settings.task, ...changes } = settings.groups?.[group] ?? {};
    const { model, grpo, entropy } = settings;
    const shared = merge({ model, seed, eval: { ...settings.eval, every: 0 }, grpo, entropy }, changes);
    // A task is replaced as a whole, because the options of one mean nothing to another.
    const config = parseTrainConfig({ ...merge(merge(shared, settings.arms[arm]), ownArms?.[arm]), task });
    return {
        name: cellName(seed, arm, group),
        task: createTask(task),
        start: { kind: "folder", dir: config.model },
        config,
        ...(elsewhere && { elsewhere }),
    };
}
