/// <reference types="@webgpu/types" />
import { type Command } from "commander";
/** `--auto-resume [N]`, for commands that train. */
export declare function addAutoResumeOption(command: Command): void;
export interface AutoResumeOptions {
    /** True where the option has no number. */
    readonly autoResume?: number | true;
}
/** How a run goes on, and how far it came. */
export interface Attempts {
    /** `again` is false for the first attempt. */
    readonly attempt: (again: boolean) => Promise<void>;
    /** Steps that the run had done before the first attempt. */
    readonly begun: number;
    readonly done: () => Promise<number>;
    /** Milliseconds before the GPU is opened again. */
    readonly pause?: number;
}
/** Runs an attempt again while the GPU is lost, unless the last attempt came no further than the one before. */
export declare function withAutoResume({ autoResume }: AutoResumeOptions, { attempt, begun, done, pause }: Attempts): Promise<void>;
/** The last step in a run's metrics; 0 where it has none. */
export declare function stepsDone(dir: string): Promise<number>;
