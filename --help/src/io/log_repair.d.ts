import { type Digests } from "./digest.js";
/** What the logs of a run must become so that it goes on from a checkpoint. */
export interface LogRepair {
    /** What will be dropped or mended, a line each. */
    readonly notes: readonly string[];
    apply(): Promise<void>;
}
export interface LogPlace {
    /** The run folder. */
    readonly dir: string;
    /** The checkpoint's step, and its name for messages. */
    readonly step: number;
    readonly checkpoint: string;
    /** What the logs held at the checkpoint, where it says so. */
    readonly recorded: Digests | undefined;
}
/**
 * Finds what of each log belongs to a checkpoint. Later lines are dropped, because the run logs them again; the other lines keep their
 * bytes. Writes nothing yet. Throws FileError where lines up to the checkpoint are missing or damaged and cannot be mended with certainty.
 */
export declare function planLogRepair(place: LogPlace): Promise<LogRepair>;
