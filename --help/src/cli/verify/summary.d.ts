import { type Measure } from "../../testing/conformance/case.js";
import type { CaseOutcome } from "../../testing/conformance/run.js";
/** What came of a group. */
export interface GroupSummary {
    readonly group: string;
    readonly passed: number;
    readonly failed: number;
    readonly skipped: number;
    /** The result that comes closest to its tolerance, or goes farthest beyond it. */
    readonly worst: {
        readonly case: string;
        readonly measure: Measure;
    } | undefined;
    readonly seconds: number;
}
export declare function summarize(outcomes: readonly CaseOutcome[]): GroupSummary[];
/** A row a group. */
export declare function summaryTable(summaries: readonly GroupSummary[]): string;
/** A failed case in a line: what was wrong first. */
export declare function describeFailure({ group, name, measures, reason }: CaseOutcome): string;
/** Why cases were skipped, and how many for each reason. */
export declare function skippedReasons(outcomes: readonly CaseOutcome[]): string[];
export declare function formatError(error: number): string;
