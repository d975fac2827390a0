import type { Device } from "../../gpu/device.js";
import { type Level } from "../../testing/conformance/case.js";
import type { ConformanceResult } from "../../testing/conformance/run.js";
/** What a report says of the machine, beside the results. */
export interface ReportContext {
    readonly device: Device;
    /** The adapter as it was asked for. */
    readonly adapter: string;
    readonly level: Level;
    readonly date: Date;
}
/** A report on a driver in markdown, which stands alone in a bug report. */
export declare function verifyReport({ outcomes, facts }: ConformanceResult, context: ReportContext): string;
