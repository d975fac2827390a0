/** Removes a run's checkpoints and pictures and leaves whatever else lies in these folders. */
export declare function removeCheckpointsAndPictures(checkpoints: string, pictures: string): Promise<void>;
/** Remembers that these pictures were drawn into a run's folder of plots, so that `--overwrite` removes them and no others. */
export declare function rememberPictures(pictures: string, names: readonly string[]): Promise<void>;
/** Removes a checkpoint, so that it is whole or gone at any moment. A user's files in its folder stay where they are. */
export declare function removeCheckpoint(path: string): Promise<void>;
/** Moves a user's files from the folder of an old checkpoint to that of the one which replaces it. */
export declare function keepForeignFiles(from: string, to: string): Promise<void>;
