import { join } from "node:path";
import { readTrainingState } from "../io/checkpoint.ts";
import { ConfigError } from "../options/problems.ts";
import { parseTrainerState, type SavedTrainer, type TrainerState } from "../rl/trainer_state.ts";
import { refuseRunFolder } from "./load_model.ts";

/**
 * What `saveModel(dir, model, await trainer.save())` wrote beside the model, or a checkpoint of a run holds:
 * `await trainer.load(await loadTrainerState(dir))` goes on from it, with the model of `loadModel(device, dir)`.
 * @throws FileError in one line where the folder holds no state, or any of its files is not what was written; ConfigError where the state is
 * not one of this release
 */
export async function loadTrainerState(dir: string): Promise<SavedTrainer> {
  await refuseRunFolder(dir);
  const { state, optimizer } = await readTrainingState(dir);
  return { state: parsed(state, join(dir, "state.json")), moments: optimizer };
}

function parsed(state: Readonly<Record<string, unknown>>, path: string): TrainerState {
  try {
    return parseTrainerState(state);
  } catch (error) {
    throw error instanceof ConfigError ? new ConfigError(error.problems.map((problem) => `${path}: ${problem}`)) : error;
  }
}
