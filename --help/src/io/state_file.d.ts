import { type Digests } from "./digest.js";
/**
 * state.json of a checkpoint: the training state, and what every other file of the checkpoint and every log of the run held when it was
 * written. Its last key is the SHA-256 of its own content.
 */
export interface StateFile {
    /** Empty for a checkpoint that is a model alone. */
    readonly state: Readonly<Record<string, unknown>>;
    readonly files: Digests;
    /** The logs of the run up to this checkpoint; absent where a program wrote the checkpoint without a run folder. */
    readonly logs?: Digests | undefined;
}
export declare function serializeState({ state, files, logs }: StateFile): string;
/** Reads state.json of a checkpoint, undefined where there is none. Throws FileError when it is damaged or of another version. */
export declare function readStateFile(dir: string): Promise<StateFile | undefined>;
/** Digests of a model folder's files, undefined where it has none: a checkpoint of an older release, or of another program. */
export declare function modelDigests(dir: string): Promise<Digests | undefined>;
