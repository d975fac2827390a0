import { NotFiniteError } from "../../gpu/errors.js";
/** Too many steps in a row were skipped, because their numbers were not finite. The policy is that of the last step that was not. */
export declare class SkippedStepsError<Result = unknown> extends NotFiniteError {
    readonly name = "SkippedStepsError";
    /** What the last of these steps measured. */
    readonly result: Result;
    constructor(message: string, result: Result);
}
/** What a watch is told of a step. */
export interface WatchedStep<Result> {
    readonly step: number;
    readonly wasSkipped: boolean;
    /** Names the kernel whose numbers were not finite. `place` says which step it is. */
    explain(place: string): Promise<string | undefined>;
    readonly result: Result;
}
/**
 * Makes the function that watches for steps which are skipped in a row. `option` is the one that sets how many are too many.
 * The function throws SkippedStepsError when a step is one too many.
 */
export declare function watchSkips<Result>(most: number, option: string): (step: WatchedStep<Result>) => Promise<void>;
