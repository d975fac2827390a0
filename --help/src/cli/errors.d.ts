import { type StopSignal } from "./interrupt.js";
/** The exit codes every command keeps to. A command that a signal stopped has the code of the signal. */
export declare const exitCodes: {
    readonly ok: 0;
    readonly failed: 1;
    readonly usage: 2;
};
/** The user asked for something impossible: a bad argument, option or file name. Exit code 2. */
export declare class UsageError extends Error {
    readonly name = "UsageError";
}
/** The command ran and its answer is no (a check failed, a run diverged). Exit code 1. */
export declare class FailedError extends Error {
    readonly name = "FailedError";
}
/** A signal stopped the command after its work was saved. Exit code 130 for Ctrl-C, and that of the signal for others, as shells expect. */
export declare class InterruptedError extends Error {
    readonly name = "InterruptedError";
    readonly signal: StopSignal;
    constructor(message: string, signal: StopSignal);
}
/** The exit code that belongs to an error; commander's own errors (they carry `exitCode`) are 0 for help and version, else 2. */
export declare function exitCodeOf(error: unknown): number;
/** The most characters of a problem's line, whatever a library or the system wrote into it. */
export declare const LONGEST_LINE = 480;
/** What stderr shows: one line per problem, starting with `error: `; with `debug` the stack instead. */
export declare function describeError(error: unknown, debug: boolean): string;
