import type { Picture } from "../../report/plots.ts";
import type { Cell, CellResult, CellResults } from "./cell.ts";
import type { Verdict } from "./verdict.ts";

/** Where the numbers of a report come from. */
export interface Provenance {
  readonly command: string;
  readonly adapter: string;
  /** Of the sources that wrote the report. */
  readonly commit: string;
  /** How many trainings each version of the sources had a part in, as far as that is known. */
  readonly trainedBy?: Readonly<Record<string, number>> | undefined;
  readonly date: string;
  /** Wall-clock time of all cells, with those of earlier sessions. */
  readonly seconds: number;
  readonly cells: {
    readonly run: number;
    readonly skipped: number;
    /** The runs that a partial report lacks, by name. */
    readonly missing?: readonly string[] | undefined;
  };
}

/** All that a report is made of: what summary.json holds. */
export interface Summary {
  readonly study: string;
  readonly version: number;
  readonly quick: boolean;
  readonly provenance: Provenance;
  /** The study's settings, written out. */
  readonly settings: unknown;
  readonly findings: unknown;
}

export interface StudyReport {
  /** report.md; pictures are referred to as NAME.svg. */
  readonly markdown: string;
  readonly pictures: readonly Picture[];
  readonly verdicts: readonly Verdict[];
}

/** A study with its settings read: the cells in the order in which they run, and what is found in them. */
export interface PreparedStudy {
  readonly settings: unknown;
  readonly cells: readonly Cell[];
  /** Whether there are findings where results are missing. */
  readonly isPartial: boolean;
  /** Of a training that is complete, what findings read; undefined where they read all of it, so that the study cannot have records. */
  readonly reduced: ((cell: Cell, result: CellResult) => CellResult) | undefined;
  findings(results: CellResults): unknown;
}

/** One question, asked by many training runs and answered by a report. */
export interface Study {
  readonly name: string;
  readonly description: string;
  /** A number to raise when findings change their form, so that older summary.json files are refused. */
  readonly version: number;
  /**
   * Checks settings (plain data of a YAML file). `shipped` are those of the study's own file: a claim about an arm that neither has is a
   * mistake of the study. Throws ConfigError with one line for each problem.
   */
  prepare(settings: unknown, options: { readonly quick: boolean; readonly shipped: unknown }): PreparedStudy;
  /** The report of a summary, without any run. */
  report(summary: Summary, shipped: unknown): Promise<StudyReport>;
}
