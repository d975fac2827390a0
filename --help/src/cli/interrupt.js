import { EventEmitter } from "node:events";
/** What may stop a run, and the exit code that shells know each by: 128 and the number of the signal. */
export const stopCodes = { SIGHUP: 129, SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 };
/**
 * One press of Ctrl-C reaches a program that npm started twice, from the terminal and from npm, some milliseconds apart. A signal this soon
 * after the first one is the same request.
 */
const SAME_REQUEST_MS = 500;
const outputClosed = new EventEmitter();
/**
 * The first signal asks for a stop, and a later one ends the process at once. Output that nobody reads any more, as in `train | head`, asks
 * for a stop too, as SIGPIPE.
 */
export function watchInterrupt(onRequest) {
    let asked;
    const ask = (signal) => {
        asked = { signal, at: performance.now() };
        watch.onRequest(signal);
    };
    const onSignal = (signal) => {
        if (asked === undefined)
            ask(signal);
        else if (performance.now() - asked.at > SAME_REQUEST_MS)
            process.exit(stopCodes[signal]);
    };
    const onClosed = () => {
        if (asked === undefined)
            ask("SIGPIPE");
    };
    const signals = ["SIGHUP", "SIGINT", "SIGTERM"];
    for (const signal of signals)
        process.on(signal, onSignal);
    outputClosed.on("closed", onClosed);
    const watch = {
        requested: () => asked?.signal,
        onRequest,
        release: () => {
            for (const signal of signals)
                process.off(signal, onSignal);
            outputClosed.off("closed", onClosed);
        },
    };
    return watch;
}
/**
 * Ends the process once its output cannot be written any more, unless a run watches for interrupts and saves first: quietly where nobody
 * reads it, and with a line where the disk is full. Call it once.
 */
export function endWithOutput() {
    let isSaid = false;
    for (const stream of [process.stdout, process.stderr]) {
        stream.on("error", ({ code }) => {
            // A closed pipe, and a closed terminal.
            const isUnread = code === "EPIPE" || code === "EIO";
            if (!isUnread && !isSaid)
                process.stderr.write(`error: the output cannot be written (${code}); is the disk full?\n`);
            isSaid = true;
            if (!outputClosed.emit("closed"))
                process.exit(isUnread ? stopCodes.SIGPIPE : 1);
        });
    }
}
