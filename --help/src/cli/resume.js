import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { FileError } from "../io/files.js";
import { planLogRepair } from "../io/log_repair.js";
import { sweepRunFolder } from "../io/sweep.js";
import { findResumePoint } from "../node/resume_point.js";
import { withRunLock } from "../node/run_lock.js";
import { addAutoResumeOption, stepsDone, withAutoResume } from "./auto_resume.js";
import { evaluateBeforeAndAfter } from "./before_after.js";
import { UsageError } from "./errors.js";
import { addAdapterOption, addExamples, addSetOption, PROGRAM } from "./options.js";
import { readRunConfig, resumedConfig, writeRunConfig } from "./run_config.js";
import { openSession, runSession } from "./training_session.js";
export function register(command) {
    command.argument("<run>", "folder of the run").option("--no-plots", "do not draw plots at the end").action(resumeAgain);
    addAutoResumeOption(command);
    addAdapterOption(command);
    addSetOption(command);
    addExamples(command, [
        ["resume runs/quickstart", "goes on from the last checkpoint, and reaches the same bits as a run that never stopped"],
        ["resume runs/quickstart --set grpo.steps=120", "trains a finished run further"],
        ["resume runs/quickstart --set grpo.learningRate=0.0001", "goes on with a smaller learning rate; config.yaml says from which step on"],
    ]);
}
async function resumeAgain(dir, options) {
    const done = () => stepsDone(dir);
    await withAutoResume(options, { attempt: () => resume(dir, options), begun: await stepOfResume(dir), done });
}
/** The newest checkpoint that is whole; says which newer ones are not. */
async function resumePoint(dir) {
    const { point, refused } = await findResumePoint(dir);
    if (point) {
        for (const line of refused)
            say(line);
        if (refused.length > 0)
            say(`going on from ${basename(point.path)}`);
        return point;
    }
    const again = `start again with: ${PROGRAM} train ${join(dir, "config.yaml")} --overwrite`;
    const [first, ...others] = refused;
    if (first === undefined)
        throw new UsageError(`${dir} holds no checkpoint to resume from; ${again}`);
    const more = others.length > 0 ? ` (and ${others.length} older ${others.length > 1 ? "ones" : "one"} cannot either)` : "";
    throw new FileError(`${dir}: ${first}${more}; ${again}`);
}
function say(note) {
    process.stderr.write(`note: ${note}\n`);
}
/** The step that a run goes on from; a run that cannot says so when it is tried. */
async function stepOfResume(dir) {
    return (await findResumePoint(dir)).point?.step ?? 0;
}
/** Continues a run from its last checkpoint. */
export async function resume(dir, options) {
    const run = await readRunConfig(dir);
    await withRunLock(dir, async (lock) => {
        const point = await resumePoint(dir);
        const resumed = resumedConfig(run, options.set, point.step);
        const { config, changes } = resumed;
        const repair = await planLogRepair({ dir, step: point.step, checkpoint: basename(point.path), recorded: point.logs });
        for (const note of repair.notes)
            say(note);
        const session = await openSession(config, { adapter: options.adapter, modelDir: point.path });
        session.trainer.load(point.saved);
        // Nothing is written before all of the above has been found in order.
        await sweepRunFolder(dir);
        await repair.apply();
        if (!isDeepStrictEqual(resumed, run))
            await writeRunConfig(resumed);
        const train = (interrupt) => runSession(session, config, { interrupt, lock });
        await evaluateBeforeAndAfter(session, config, { plots: options.plots, changes, run: train });
    });
}
