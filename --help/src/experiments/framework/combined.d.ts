import type { StudyReport } from "./study.js";
export type NamedReport = StudyReport & {
    readonly name: string;
};
/** Several studies as one page: one table has all claims, then every report follows whole. Pictures stay in the folder of their study. */
export declare function combinedMarkdown(reports: readonly NamedReport[]): string;
