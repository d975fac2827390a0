import { basename, join } from "node:path";
import { buildModel } from "../../models/index.js";
import { readTrainingState } from "../io/checkpoint.js";
import { FileError, readJsonObject } from "../io/files.js";
import { listCheckpoints } from "../io/run_folder.js";
import { checkSavedTrainer, parseTrainerState } from "../rl/trainer_state.js";
/** Finds where a run can go on: the newest checkpoint whose files, state and tensors are all in order. Writes nothing. */
export async function findResumePoint(dir, build = buildModel) {
    const refused = [];
    for (const place of await listCheckpoints(dir)) {
        try {
            return { point: await readResumePoint(place, build), refused };
        }
        catch (error) {
            if (!(error instanceof Error) || !REFUSALS.has(error.name))
                throw error;
            refused.push(`${basename(place.path)} cannot be resumed from: ${error.message.split("\n")[0].replace(/\.$/, "")}`);
        }
    }
    return { point: undefined, refused };
}
/** Errors of what a file holds; any other is a bug, and no reason to pass a checkpoint over. */
const REFUSALS = new Set(["FileError", "ConfigError", "EngineError"]);
async function readResumePoint({ step, path }, build) {
    const { state: written, optimizer, logs } = await readTrainingState(path);
    const state = parseTrainerState(written);
    if (state.step !== step)
        throw new FileError(`${join(path, "state.json")} is of step ${state.step}; its folder is named for step ${step}.`);
    const saved = { state, moments: optimizer };
    checkSavedTrainer(saved, build(await readJsonObject(join(path, "config.json"))));
    return { step, path, saved, logs };
}
