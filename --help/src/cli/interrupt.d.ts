/** What may stop a run, and the exit code that shells know each by: 128 and the number of the signal. */
export declare const stopCodes: {
    readonly SIGHUP: 129;
    readonly SIGINT: 130;
    readonly SIGPIPE: 141;
    readonly SIGTERM: 143;
};
export type StopSignal = keyof typeof stopCodes;
/** Listens for whoever stops a run: Ctrl-C, SIGTERM, SIGHUP, or a reader of the output that went away. */
export interface InterruptWatch {
    /** What asked for a stop; undefined while nobody has. */
    requested(): StopSignal | undefined;
    /** Is called once, at the first request. Whoever draws the screen puts its own function here. */
    onRequest: (signal: StopSignal) => void;
    release(): void;
}
/**
 * The first signal asks for a stop, and a later one ends the process at once. Output that nobody reads any more, as in `train | head`, asks
 * for a stop too, as SIGPIPE.
 */
export declare function watchInterrupt(onRequest: (signal: StopSignal) => void): InterruptWatch;
/**
 * Ends the process once its output cannot be written any more, unless a run watches for interrupts and saves first: quietly where nobody
 * reads it, and with a line where the disk is full. Call it once.
 */
export declare function endWithOutput(): void;
