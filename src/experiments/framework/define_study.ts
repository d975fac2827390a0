import type { z } from "zod";
import { brief } from "../../options/quote.ts";
import type { Picture } from "../../report/plots.ts";
import { ConfigError } from "../../rl/config/index.ts";
import type { Cell, CellResult, CellResults } from "./cell.ts";
import { reportMarkdown } from "./report.ts";
import { parseSettings, withQuick } from "./settings.ts";
import type { PreparedStudy, Study, StudyReport, Summary } from "./study.ts";
import { openInQuickRuns, type Verdict } from "./verdict.ts";

/** The parts that each study has of its own. Findings are plain data: a report follows from the settings and the findings alone. */
export interface StudyDefinition<Schema extends z.ZodObject, Findings, Settings = z.output<Schema>>
  extends Pick<Study, "name" | "description" | "version"> {
  readonly title: string;
  /** What is asked, in plain words. */
  readonly question: (settings: Settings) => string;
  readonly schema: Schema;
  /** Throws before anything runs where the study contradicts its own settings, shipped or given. */
  readonly check?: (settings: Settings, shipped: Settings) => void;
  readonly cells: (settings: Settings) => readonly Cell[];
  /** Says that `findings` and all that is made of them bear missing results. Default: false. */
  readonly isPartial?: boolean;
  /** Of a training that is complete, what `findings` reads: it finds the same in both. Left out where it reads all. */
  readonly reduced?: (cell: Cell, result: CellResult) => CellResult;
  readonly findings: (settings: Settings, results: CellResults) => Findings;
  readonly verdicts: (settings: Settings, findings: Findings) => readonly Verdict[];
  /** Markdown before the table of verdicts: what a reader looks for first. */
  readonly inShort?: (settings: Settings, findings: Findings) => string;
  /** Markdown between the table of verdicts and the provenance, each part with its heading. */
  readonly sections: (settings: Settings, findings: Findings) => readonly string[];
  readonly pictures: (settings: Settings, findings: Findings) => Promise<readonly Picture[]>;
}

/** A study with all that studies share: its settings are checked, its claims judged, and its report written. */
export function defineStudy<Schema extends z.ZodObject, Findings>(definition: StudyDefinition<Schema, Findings>): Study {
  const { name, description, version, schema } = definition;
  const parse = (value: unknown, quick = false): z.output<Schema> => parseSettings(schema, withQuick(value, quick));

  function prepare(value: unknown, { quick, shipped }: { quick: boolean; shipped: unknown }): PreparedStudy {
    const settings = parse(value, quick);
    // The cells check what the settings say to train, so that the study's own check reads nothing unchecked.
    const cells = definition.cells(settings);
    refuseSharedFolders(cells);
    refuseUnknownNeeds(cells);
    definition.check?.(settings, parse(shipped));
    const { isPartial = false, reduced, findings } = definition;
    return { settings, cells, isPartial, reduced, findings: (results) => findings(settings, results) };
  }

  async function report(summary: Summary, shipped: unknown): Promise<StudyReport> {
    const settings = parse(summary.settings);
    // What `findings` above made of them.
    const findings = summary.findings as Findings;
    definition.check?.(settings, parse(shipped));
    const { provenance, quick } = summary;
    const verdicts = openInQuickRuns(definition.verdicts(settings, findings), quick);
    const sections = definition.sections(settings, findings);
    const markdown = reportMarkdown({
      title: definition.title,
      question: definition.question(settings),
      inShort: definition.inShort?.(settings, findings) ?? "",
      verdicts,
      sections,
      provenance,
      quick,
    });
    return { markdown, verdicts, pictures: await definition.pictures(settings, findings) };
  }

  return { name, description, version, prepare, report };
}

function refuseSharedFolders(cells: readonly Cell[]): void {
  const names = cells.map(({ name }) => name);
  const shared = names.find((name, i) => names.indexOf(name) < i);
  if (shared === undefined) return;
  throw new ConfigError([`two runs share the folder ${brief(shared)}; give arms and groups names that differ in letters or digits`]);
}

function refuseUnknownNeeds(cells: readonly Cell[]): void {
  const known = new Set<string>();
  for (const { name, needs = [] } of cells) {
    const unknown = needs.find((other) => !known.has(other));
    if (unknown !== undefined) throw new Error(`the run ${brief(name)} needs ${brief(unknown)}, which no run before it is called`);
    known.add(name);
  }
}
