import type { Provenance } from "./study.js";
import { type Verdict } from "./verdict.js";
export interface ReportParts {
    readonly title: string;
    /** What is asked, in plain words. */
    readonly question: string;
    readonly verdicts: readonly Verdict[];
    /** Markdown of the study's own, each part with its heading. */
    readonly sections: readonly string[];
    readonly provenance: Provenance;
    readonly quick: boolean;
}
/** report.md of any study. */
export declare function reportMarkdown({ title, question, verdicts, sections, provenance, quick }: ReportParts): string;
