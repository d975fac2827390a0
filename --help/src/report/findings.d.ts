/** How bad a finding is. */
export type Severity = "info" | "warning" | "error";
/** One line of diagnostics.jsonl: what went wrong in a run, and what to do about it. */
export type Finding = {
    readonly name: string;
    /** The step at which it was seen. */
    readonly step: number;
    readonly severity: Severity;
    /** One line, with the figures. */
    readonly message: string;
    /** One line: what to change. */
    readonly advice: string;
};
/** A finding as a log says it while the run goes on. */
export declare function formatFinding({ name, step, severity, message, advice }: Finding): string;
/** The findings of a run for its end. Each name stands once, with all its steps and what was said last. Without findings the text is empty. */
export declare function formatFindings(findings: readonly Finding[]): string;
/** Parses diagnostics.jsonl. A last line that was cut off by a crash is left out; any other bad line throws an Error naming its number. */
export declare function parseFindings(text: string): Finding[];
