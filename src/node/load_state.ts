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
  return loadState(dir, { parse: parseTrainerState, other: "examples", remedy: "a warm start; read it with loadWarmStartState" });
}

/**
 * What `saveModel(dir, model, await start.store())` wrote beside the model, or a checkpoint of `sft` holds, for `load` of a warm start.
 * @throws FileError, ConfigError as above
 */
export async function loadWarmStartState(dir: string): Promise<SavedWarmStart> {
  return loadState(dir, { parse: parseWarmStartState, other: "control", remedy: "a trainer; read it with loadTrainerState" });
}

interface Kind<State> {
  readonly parse: (state: unknown) => State;
  /** A key of states of the other kind, and what to do with such a state. */
  readonly other: string;
  readonly remedy: string;
}

async function loadState<State>(
  name: string,
  { parse, other, remedy }: Kind<State>,
): Promise<{ readonly state: State; readonly moments: SavedMoments }> {
  checkShape("dir", name, typeof name === "string", "the path of a checkpoint");
  // The name of a shipped model is that of a folder, as where it is loaded.
  const dir = existsSync(name) ? name : (shippedModel(name) ?? name);
  await refuseRunFolder(dir);
  const { state, optimizer } = await readTrainingState(dir);
  const path = join(dir, "state.json");
  if (Object.hasOwn(state, other)) throw new ConfigError([`${path} is the state of ${remedy}`]);
  try {
    return { state: parse(state), moments: optimizer };
  } catch (error) {
    throw error instanceof ConfigError ? new ConfigError(error.problems.map((problem) => `${path}: ${problem}`)) : error;
  }
}
