/**
 * Keeps Dawn's warnings about reduced limits from the screen, and nothing else of Dawn's. Only the command line asks for it: while Dawn
 * looks for adapters the file descriptor of stderr is another for a moment, and a program of a user's may be opening files meanwhile.
 */
export declare function quietDawn(): void;
/** Runs a call into Dawn that looks for adapters. What it writes to stderr meanwhile comes afterwards, without the noise. */
export declare function withoutNoise<Result>(call: () => Result): Result;
