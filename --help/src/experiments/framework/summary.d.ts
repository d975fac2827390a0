import type { Study, Summary } from "./study.js";
/** summary.json as text. It is indented, but a list of numbers stands on one line. */
export declare function formatSummary(summary: Summary): string;
/** Reads summary.json of a study. @throws FileError, one line, when it is damaged or of another study or version */
export declare function parseSummary(text: string, study: Study, path: string): Summary;
/** Makes what follows from a summary that was read. @throws FileError, one line, where its findings are not those that the study writes */
export declare function fromSummary<Result>(path: string, make: () => Promise<Result>): Promise<Result>;
