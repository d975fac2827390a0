import type { Metrics } from "./metrics.js";
/** What the view needs of a stream. process.stdout has all of it; a stream that has `write` alone gets plain lines. */
export interface TerminalStream {
    write(text: string): unknown;
    readonly isTTY?: boolean;
    readonly columns?: number;
}
export interface TerminalViewOptions {
    /** What runs and where, shown once on top. */
    readonly title: string;
    /** The step at which training ends. */
    readonly total: number;
    readonly stream: TerminalStream;
    /** Whether a controller holds an entropy, so that its target in the metrics means something. */
    readonly holdsTarget?: boolean;
    /** A clock in milliseconds that never goes back; default performance.now. */
    readonly now?: () => number;
}
/** Shows a run as it goes. `step` takes each step's metrics, `note` prints a line that stays, `done` leaves the last view standing. */
export interface TerminalView {
    step(metrics: Metrics): void;
    note(text: string): void;
    done(): void;
}
/** A live view with progress and sparklines where the stream is a terminal, else one plain line for each step. */
export declare function createTerminalView(options: TerminalViewOptions): TerminalView;
/** Seconds as people say them: 42 s, 3 min 05 s, 2 h 10 min. */
export declare function duration(seconds: number): string;
