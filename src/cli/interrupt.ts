import { EventEmitter } from "node:events";

/** What may stop a run, and the exit code that shells know each by: 128 and the number of the signal. */
export const stopCodes = { SIGHUP: 129, SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 } as const;

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
 * One press of Ctrl-C reaches a program that npm started twice, from the terminal and from npm, some milliseconds apart. A signal this soon
 * after the first one is the same request.
 */
const SAME_REQUEST_MS = 500;

const outputClosed = new EventEmitter();

/** The codes of a closed pipe, of one on Windows, and of a closed terminal. */
const UNREAD: readonly (string | undefined)[] = ["EPIPE", "EOF", "EIO"];

/**
 * The first signal asks for a stop, and a later one ends the process at once. Output that nobody reads any more, as in `train | head`, asks
 * for a stop too, as SIGPIPE.
 */
export function watchInterrupt(onRequest: (signal: StopSignal) => void): InterruptWatch {
  let asked: { readonly signal: StopSignal; readonly at: number } | undefined;
  const ask = (signal: StopSignal): void => {
    asked = { signal, at: performance.now() };
    watch.onRequest(signal);
  };
  const onSignal = (signal: StopSignal): void => {
    if (asked === undefined) ask(signal);
    else if (performance.now() - asked.at > SAME_REQUEST_MS) process.exit(stopCodes[signal]);
  };
  const onClosed = (): void => {
    if (asked === undefined) ask("SIGPIPE");
  };
  const signals = ["SIGHUP", "SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  outputClosed.on("closed", onClosed);
  const watch: InterruptWatch = {
    requested: () => asked?.signal,
    onRequest,
    release: () => {
      for (const signal of signals) process.off(signal, onSignal);
      outputClosed.off("closed", onClosed);
    },
  };
  return watch;
}

/**
 * Ends the process once its output cannot be written any more, unless a run watches for interrupts and saves first: quietly where nobody
 * reads it, and with a line where the disk is full. Call it once.
 */
export function endWithOutput(): void {
  let isSaid = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", ({ code }: NodeJS.ErrnoException) => {
      const isUnread = UNREAD.includes(code);
      if (!isUnread && !isSaid) process.stderr.write(`error: the output cannot be written (${code}); is the disk full?\n`);
      isSaid = true;
      if (!outputClosed.emit("closed")) process.exit(isUnread ? stopCodes.SIGPIPE : 1);
    });
  }
}
