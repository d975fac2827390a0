import { existsSync } from "node:fs";
import { join } from "node:path";
import { readTrainingState } from "../io/checkpoint.ts";
import { ConfigError } from "../options/problems.ts";
import { checkShape } from "../rl/given.ts";
import type { SavedMoments } from "../rl/saved_moments.ts";
import { parseTrainerState, type SavedTrainer } from "../rl/trainer_state.ts";
import { parseWarmStartState, type SavedWarmStart } from "../rl/warm_start/state.ts";
import { refuseRunFolder } from "./load_model.ts";
import { shippedModel } from "./shipped_models.ts";

/**
 * What `saveModel(dir, model, await trainer.save())` wrote beside the model, or a checkpoint of a run holds:
 * `await trainer.load(await loadTrainerState(dir))` goes on from it, with the model of `loadModel(device, dir)`.
 * @throws FileError in one line where the folder holds no state, or any of its files is not what was written; ConfigError where the state is
 * not one of this release
 */
export async function loadTrainerState(dir: string): Promise<SavedTrainer> {
  return loadState(dir, parseTrainerState);
}

/**
 * What `saveModel(dir, model, await start.store())` wrote beside the model, or a checkpoint of `sft` holds, for `load` of a warm start.
 * @throws FileError, ConfigError as above
 */
export async function loadWarmStartState(dir: string): Promise<SavedWarmStart> {
  return loadState(dir, parseWarmStartState);
}

async function loadState<State>(
  name: string,
  parse: (state: unknown) => State,
): Promise<{ readonly state: State; readonly moments: SavedMoments }> {
  checkShape("dir", name, typeof name === "string", "the path of a checkpoint");
  // The name of a shipped model is that of a folder, as where it is loaded.
  const dir = existsSync(name) ? name : (shippedModel(name) ?? name);
  await refuseRunFolder(dir);
  const { state, optimizer } = await readTrainingState(dir);
  try {
    return { state: parse(state), moments: optimizer };
  } catch (error) {
    const path = join(dir, "state.json");
    throw error instanceof ConfigError ? new ConfigError(error.problems.map((problem) => `${path}: ${problem}`)) : error;
  }
}
