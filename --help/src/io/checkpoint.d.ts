import { type Digests } from "./digest.js";
import { type HostTensor } from "./safetensors.js";
/** A Hugging Face model folder: its config.json and every parameter under its Hugging Face name. */
export interface ModelFolder {
    readonly dir: string;
    readonly config: Record<string, unknown>;
    readonly tensors: Map<string, HostTensor>;
}
export interface Checkpoint {
    /** Becomes config.json. */
    readonly config: Readonly<Record<string, unknown>>;
    /** Become model.safetensors. */
    readonly tensors: ReadonlyMap<string, HostTensor>;
    /** Texts by file name, as a Tokenizer's `files` holds them. */
    readonly tokenizerFiles: Readonly<Record<string, string>>;
    /** Becomes optimizer.safetensors. */
    readonly optimizer?: ReadonlyMap<string, HostTensor> | undefined;
    /** Goes into state.json, beside digests of all files: step, data position, controller, optimiser. */
    readonly state?: object | undefined;
    /** What the logs of the run hold at this checkpoint. */
    readonly logs?: Digests | undefined;
    /** Texts of further files, by file name. */
    readonly extraFiles?: Readonly<Record<string, string>> | undefined;
}
export interface TrainingState {
    readonly optimizer: Map<string, HostTensor>;
    readonly state: Readonly<Record<string, unknown>>;
    readonly logs: Digests | undefined;
}
/**
 * Reads config.json and the parameters, whether in one file or in shards. Throws FileError, also where the folder is a checkpoint of this
 * package and a file of it is not what was written.
 */
export declare function readModelFolder(dir: string): Promise<ModelFolder>;
/** Reads the config.json of a model folder alone. Throws FileError. */
export declare function readModelConfig(dir: string): Promise<Record<string, unknown>>;
/**
 * The optimiser's tensors and the state of a checkpoint that `writeCheckpoint` wrote with both. Throws FileError, also where any file of the
 * checkpoint is missing or not what was written.
 */
export declare function readTrainingState(dir: string): Promise<TrainingState>;
/**
 * Writes a Hugging Face folder plus optimizer.safetensors and state.json. Everything goes to a temporary sibling first, is synced
 * to the disk and then renamed, so `dir` is at any moment absent or whole. A checkpoint already at `dir` is replaced. state.json holds digests of all other files.
 */
export declare function writeCheckpoint(dir: string, checkpoint: Checkpoint): Promise<void>;
