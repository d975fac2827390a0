import type { Picture } from "../../../report/plots.ts";
import { parseSettings, withQuick } from "../settings.ts";
import type { Study, Verdict } from "../study.ts";
import { armCells } from "./cells.ts";
import { type ArmsFindings, armsFindings } from "./findings.ts";
import { armPictures } from "./pictures.ts";
import { armsMarkdown } from "./report.ts";
import { type ArmsSettings, armsSchema } from "./settings.ts";

/** What a study has to say beyond the tables and pictures of all arms. */
export interface Sections {
  readonly markdown: string;
  readonly pictures: readonly Picture[];
}

export interface ArmStudyOptions {
  readonly name: string;
  readonly description: string;
  readonly title: string;
  readonly question: string;
  /** What the method says of these arms, against what was measured. */
  readonly verdicts: (settings: ArmsSettings, findings: ArmsFindings, quick: boolean) => Verdict[];
  readonly sections?: (settings: ArmsSettings, findings: ArmsFindings) => Promise<Sections>;
}

/** A study that trains one configuration in several arms with the same seeds; arms and settings are its YAML file's. */
export function armStudy({ name, description, title, question, verdicts, sections }: ArmStudyOptions): Study {
  return {
    name,
    description,
    version: 2,
    prepare: (value, { quick }) => {
      const settings = parseSettings(armsSchema, withQuick(value, quick));
      return { settings, cells: armCells(settings), findings: (results) => armsFindings(settings, results) };
    },
    report: async (summary) => {
      // A summary of this study and version was written by `findings` above.
      const settings = summary.settings as ArmsSettings;
      const findings = summary.findings as ArmsFindings;
      const judged = verdicts(settings, findings, summary.quick);
      const own = await sections?.(settings, findings);
      const { provenance, quick } = summary;
      const markdown = armsMarkdown({ title, question, settings, findings, verdicts: judged, provenance, quick, sections: own?.markdown });
      return { markdown, verdicts: judged, pictures: [...(await armPictures(title, settings, findings)), ...(own?.pictures ?? [])] };
    },
  };
}
