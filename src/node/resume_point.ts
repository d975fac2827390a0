import { basename, join } from "node:path";
import { buildModel } from "../../models/index.ts";
import { readTrainingState } from "../io/checkpoint.ts";
import type { Digests } from "../io/digest.ts";
import { UnavailableError } from "../io/file_error.ts";
import { FileError } from "../io/files.ts";
import { type CheckpointPlace, listCheckpoints } from "../io/run_folder.ts";
import { checkSavedTrainer, parseTrainerState, type SavedTrainer } from "../rl/trainer_state.ts";
import { buildModule, type ModelBuilder } from "./load_model.ts";

/** A checkpoint of a run that is whole, and what is needed to go on from it beside its model. */
export interface ResumePoint extends CheckpointPlace {
  readonly saved: SavedTrainer;
  /** What the logs of the run held, where the checkpoint says so. */
  readonly logs: Digests | undefined;
}

/** The newest whole checkpoint of a run, and a line for each newer one that cannot be used. */
export interface FoundCheckpoint {
  readonly point: ResumePoint | undefined;
  readonly refused: readonly string[];
}

/** Finds where a run can go on: the newest checkpoint whose files, state and tensors are all in order. Writes nothing. */
export async function findResumePoint(dir: string, build: ModelBuilder = buildModel): Promise<FoundCheckpoint> {
  const refused: string[] = [];
  for (const place of await listCheckpoints(dir)) {
    try {
      return { point: await readResumePoint(place, build), refused };
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

async function readResumePoint({ step, path }: CheckpointPlace, build: ModelBuilder): Promise<ResumePoint> {
  const { state: written, optimizer, logs } = await readTrainingState(path);
  const state = parseTrainerState(written);
  if (state.step !== step)
    throw new FileError(`${join(path, "state.json")} is of step ${state.step}; its folder is named for step ${step}.`);
  const saved = { state, moments: optimizer };
  checkSavedTrainer(saved, await buildModule(path, build));
  return { step, path, saved, logs };
}
