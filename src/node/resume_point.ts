import { basename, join } from "node:path";
import { buildModel } from "../../models/index.ts";
import { readTrainingState } from "../io/checkpoint.ts";
import type { Digests } from "../io/digest.ts";
import { UnavailableError } from "../io/file_error.ts";
import { FileError } from "../io/files.ts";
import { type CheckpointPlace, listCheckpoints } from "../io/run_folder.ts";
import type { Module } from "../nn/module.ts";
import type { SavedMoments } from "../rl/saved_moments.ts";
import { checkSavedTrainer, parseTrainerState, type TrainerState } from "../rl/trainer_state.ts";
import { checkSavedWarmStart, parseWarmStartState, type WarmStartState } from "../rl/warm_start/state.ts";
import { buildModule } from "./load_model.ts";

/** The state of whatever trains, with the moments of its optimiser. */
interface Saved<State> {
  readonly state: State;
  readonly moments: SavedMoments;
}

/** How the state that a checkpoint holds is read and checked. */
export interface StateFormat<State> {
  readonly parse: (state: unknown) => State;
  readonly check: (saved: Saved<State>, module: Module) => void;
}

/** The states of `train` and of `sft`. */
export const TRAINER_STATE: StateFormat<TrainerState> = { parse: parseTrainerState, check: checkSavedTrainer };
export const WARM_START_STATE: StateFormat<WarmStartState> = { parse: parseWarmStartState, check: checkSavedWarmStart };

/** A checkpoint of a run that is whole, and what is needed to go on from it beside its model. */
export interface ResumePoint<State = TrainerState> extends CheckpointPlace {
  readonly saved: Saved<State>;
  /** What the logs of the run held, where the checkpoint says so. */
  readonly logs: Digests | undefined;
}

/** The newest whole checkpoint of a run, and a line for each newer one that cannot be used. */
export interface FoundCheckpoint<State = TrainerState> {
  readonly point: ResumePoint<State> | undefined;
  readonly refused: readonly string[];
}

/** Finds where a run of `train` can go on: the newest checkpoint whose files, state and tensors are all in order. Writes nothing. */
export async function findResumePoint(dir: string): Promise<FoundCheckpoint> {
  return findPointOf(dir, TRAINER_STATE);
}

/** The same for a run whose checkpoints hold states of the given format. */
export async function findPointOf<State extends { readonly step: number }>(
  dir: string,
  format: StateFormat<State>,
): Promise<FoundCheckpoint<State>> {
  const refused: string[] = [];
  for (const place of await listCheckpoints(dir)) {
    try {
      return { point: await readResumePoint(place, format), refused };
    } catch (error) {
      // A base that the hub does not give out now says nothing against the checkpoint.
      if (!(error instanceof Error) || !REFUSALS.has(error.name) || error instanceof UnavailableError) throw error;
      refused.push(`${basename(place.path)} cannot be resumed from: ${error.message.split("\n")[0]!.replace(/\.$/, "")}`);
    }
  }
  return { point: undefined, refused };
}

/** Errors of what a file holds; any other is a bug, and no reason to pass a checkpoint over. */
const REFUSALS = new Set(["FileError", "ConfigError", "EngineError"]);

async function readResumePoint<State extends { readonly step: number }>(
  { step, path }: CheckpointPlace,
  format: StateFormat<State>,
): Promise<ResumePoint<State>> {
  const { state: written, optimizer, logs } = await readTrainingState(path);
  const state = format.parse(written);
  if (state.step !== step)
    throw new FileError(`${join(path, "state.json")} is of step ${state.step}; its folder is named for step ${step}.`);
  const saved = { state, moments: optimizer };
  format.check(saved, await buildModule(path, buildModel));
  return { step, path, saved, logs };
}
