import { removeCheckpoint } from "./remove_run.js";
import { checkpointDir, listCheckpoints, readMetrics } from "./run_folder.js";
/** Removes the checkpoints that the rule does not keep. Call it once the newest one is on the disk. */
export async function removeOldCheckpoints(dir, { keepLast, keepBest }) {
    if (keepLast === null)
        return;
    const steps = (await listCheckpoints(dir)).map(({ step }) => step);
    const best = keepBest ? bestStep(await readMetrics(dir), steps) : undefined;
    for (const step of steps.slice(keepLast))
        if (step !== best)
            await removeCheckpoint(checkpointDir(dir, step));
}
/** The step whose evaluation had the highest pass@1; where none of the steps was evaluated, that of the highest mean reward. */
export function bestStep(metrics, steps) {
    const saved = metrics.filter(({ step }) => steps.includes(step));
    const by = (name) => saved.flatMap(({ step, [name]: value }) => (typeof value === "number" ? [{ step, value }] : []));
    const evaluated = by("eval/pass@1");
    const measured = evaluated.length > 0 ? evaluated : by("reward");
    return measured.reduce((a, b) => (a && a.value > b.value ? a : b), undefined)?.step;
}
