import type { Metrics } from "../../report/metrics.js";
import { type TerminalStream } from "../../report/terminal.js";
/** What a study shows while it runs. */
export interface Progress {
    begin(cell: string, steps: number, work: number): void;
    warmUp(step: number, steps: number): void;
    step(metrics: Metrics): void;
    end(): void;
    /** Shows a cell that an earlier session completed. */
    skip(cell: string, work: number): void;
    note(text: string): void;
    done(): void;
}
export interface ProgressOptions {
    readonly title: string;
    readonly cells: number;
    /** Work of all cells (workOf), from which the time left is estimated. */
    readonly work: number;
    readonly stream: TerminalStream;
    /** A clock in milliseconds that never goes back; default performance.now. */
    readonly now?: () => number;
}
/** One line per finished cell; on a terminal also a live view of the one that runs. */
export declare function createProgress(options: ProgressOptions): Progress;
