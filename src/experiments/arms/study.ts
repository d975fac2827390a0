import { parseSettings, withQuick } from "../settings.ts";
import type { Study, Verdict } from "../study.ts";
import { armCells } from "./cells.ts";
import { type ArmsFindings, armsFindings } from "./findings.ts";
import { armPictures } from "./pictures.ts";
import { armsMarkdown } from "./report.ts";
import { type ArmsSettings, armNames, armsSchema } from "./settings.ts";

export interface ArmStudyOptions {
  readonly name: string;
  readonly description: string;
  readonly title: string;
  readonly question: string;
  /** What the method says of these arms, against what was measured. */
  readonly verdicts: (settings: ArmsSettings, findings: ArmsFindings, quick: boolean) => Verdict[];
}

/** A study that trains one configuration in several arms with the same seeds; arms and settings are its YAML file's. */
export function armStudy({ name, description, title, question, verdicts }: ArmStudyOptions): Study {
  return {
    name,
    description,
    version: 1,
    prepare: (value, { quick }) => {
      const settings = parseSettings(armsSchema, withQuick(value, quick));
      return { settings, cells: armCells(settings), findings: (results) => armsFindings(settings, results) };
    },
    report: async (summary) => {
      // A summary of this study and version was written by `findings` above.
      const settings = summary.settings as ArmsSettings;
      const findings = summary.findings as ArmsFindings;
      const judged = verdicts(settings, findings, summary.quick);
      const { provenance, quick } = summary;
      const markdown = armsMarkdown({ title, question, settings, findings, verdicts: judged, provenance, quick });
      return { markdown, verdicts: judged, pictures: await armPictures(title, armNames(settings), findings) };
    },
  };
}
