import { type Finding } from "./findings.js";
import { type Metrics } from "./metrics.js";
/** A run folder as reports need it. */
export interface Run {
    /** The name that legends show: the folder's last part, or more of the path where two runs share it. */
    readonly name: string;
    readonly folder: string;
    readonly metrics: readonly Metrics[];
    /** What diagnostics found while it ran. */
    readonly findings: readonly Finding[];
    /** The name of its controller, where the run's config.yaml tells it. Pictures give each a colour. */
    readonly method?: string;
    /** The limit of |alpha|, where the run's config.yaml tells it, and no resume has changed it. */
    readonly alphaLimit?: number;
}
/** Reads RUN/metrics.jsonl and, if they are there, RUN/diagnostics.jsonl and RUN/config.yaml. Throws a one-line Error when there is nothing to read. */
export declare function loadRun(folder: string): Promise<Run>;
/** Reads RUN/diagnostics.jsonl; a run without one has no findings. Throws a one-line Error when it is damaged. */
export declare function loadFindings(folder: string): Promise<Finding[]>;
