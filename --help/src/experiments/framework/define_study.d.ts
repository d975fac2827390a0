import type { z } from "zod";
import type { Picture } from "../../report/plots.js";
import type { Cell, CellResults } from "./cell.js";
import type { Study } from "./study.js";
import { type Verdict } from "./verdict.js";
/** The parts that each study has of its own. Findings are plain data: a report follows from the settings and the findings alone. */
export interface StudyDefinition<Schema extends z.ZodObject, Findings, Settings = z.output<Schema>> extends Pick<Study, "name" | "description" | "version"> {
    readonly title: string;
    /** What is asked, in plain words. */
    readonly question: (settings: Settings) => string;
    readonly schema: Schema;
    /** Throws before anything runs where the study contradicts its own settings, shipped or given. */
    readonly check?: (settings: Settings, shipped: Settings) => void;
    readonly cells: (settings: Settings) => readonly Cell[];
    readonly findings: (settings: Settings, results: CellResults) => Findings;
    readonly verdicts: (settings: Settings, findings: Findings) => readonly Verdict[];
    /** Markdown between the table of verdicts and the provenance, each part with its heading. */
    readonly sections: (settings: Settings, findings: Findings) => readonly string[];
    readonly pictures: (settings: Settings, findings: Findings) => Promise<readonly Picture[]>;
}
/** A study with all that studies share: its settings are checked, its claims judged, and its report written. */
export declare function defineStudy<Schema extends z.ZodObject, Findings>(definition: StudyDefinition<Schema, Findings>): Study;
