/** Where a checkpoint is written until it is whole, and where the one that it replaces steps aside. */
export declare function partialPaths(target: string): {
    readonly partial: string;
    readonly aside: string;
};
/**
 * Removes what writers of checkpoints that died left in a folder. A whole checkpoint that stepped aside for one that never came returns to
 * its place.
 */
export declare function sweepPartial(parent: string, isChecked?: (checkpoint: string) => boolean): Promise<void>;
/** Removes what writers that died left half written in a run folder. Call it only while no other process writes there. */
export declare function sweepRunFolder(dir: string): Promise<void>;
