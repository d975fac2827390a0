import type { Tokenizer } from "../../data/tokenizer.ts";
import type { Device } from "../../gpu/device.ts";
import type { Digests } from "../../io/digest.ts";
import type { PolicyModel } from "../../rl/model.ts";
import type { SavedTrainer, TrainerState } from "../../rl/trainer_state.ts";
import type { TensorSource } from "../../stored_tensor.ts";

/** What a run needs beside its model to go on to the same bits, and what its logs held at that moment. */
export interface RunState {
  readonly state: TrainerState;
  readonly moments: TensorSource;
  readonly logs: Digests;
}

/** A checkpoint of a run from which it can go on. */
export interface RunPoint {
  readonly step: number;
  readonly path: string;
  readonly saved: SavedTrainer;
  readonly logs: Digests | undefined;
}

/** What a study needs from whoever runs it: a GPU, and models by configuration or by folder. src/node has all of it. */
export interface Host {
  readonly device: Device;
  /** Of the sources, such as a commit. */
  readonly version: string;
  createModel(options: {
    readonly config: Readonly<Record<string, unknown>>;
    readonly tokenizer: Tokenizer;
    readonly seed: number;
  }): Promise<PolicyModel>;
  loadModel(dir: string): Promise<PolicyModel>;
  /** Writes a checkpoint whole or not at all, with more files beside it. */
  saveModel(dir: string, model: PolicyModel, files: Readonly<Record<string, string>>): Promise<void>;
  /** Writes a checkpoint that `findRun` finds, whole or not at all. */
  saveRun(dir: string, model: PolicyModel, state: RunState): Promise<void>;
  /** The newest whole checkpoint in a run folder; undefined where it has none. */
  findRun(dir: string): Promise<RunPoint | undefined>;
}
