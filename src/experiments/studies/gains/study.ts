import { parseSettings, withQuick } from "../../framework/settings.ts";
import type { Study } from "../../framework/study.ts";
import { gainsCells } from "./cells.ts";
import { type GainsFindings, gainsFindings } from "./findings.ts";
import { gainsPictures } from "./pictures.ts";
import { gainsMarkdown } from "./report.ts";
import { type GainsSettings, gainsSchema } from "./settings.ts";
import { gainsVerdicts } from "./verdicts.ts";

/** docs/method.md, "The controller": which gains, and where the loop begins to oscillate. */
export const gains: Study = {
  name: "gains",
  description: "a grid of kp and ki for three model sizes and two gates, the stability boundary, and automatic gains",
  version: 1,
  prepare: (value, { quick }) => {
    const settings = parseSettings(gainsSchema, withQuick(value, quick));
    return { settings, cells: gainsCells(settings), findings: (results) => gainsFindings(settings, results) };
  },
  report: async ({ settings: given, findings: found, provenance, quick }) => {
    // A summary of this study and version was written by `findings` above.
    const settings = given as GainsSettings;
    const findings = found as GainsFindings;
    const verdicts = gainsVerdicts(settings, findings, quick);
    return {
      markdown: gainsMarkdown({ settings, findings, verdicts, provenance, quick }),
      verdicts,
      pictures: await gainsPictures(settings, findings),
    };
  },
};
