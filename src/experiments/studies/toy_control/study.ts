import { parseSettings, withQuick } from "../../framework/settings.ts";
import type { Study } from "../../framework/study.ts";
import { toyCells } from "./cells.ts";
import { type ToyFindings, toyFindings } from "./findings.ts";
import { toyPictures } from "./pictures.ts";
import { toyMarkdown } from "./report.ts";
import { settingsSchema, type ToySettings } from "./settings.ts";
import { toyVerdicts } from "./verdicts.ts";

/** docs/method.md, "How to validate", 2 to 5, on a policy small enough for minutes on a software GPU. */
export const toyControl: Study = {
  name: "toy-control",
  description: "a small policy on noisy rewards: alpha fixed and controlled, on- and off-policy, against the method's thresholds",
  version: 1,
  prepare: (value, { quick }) => {
    const settings = parseSettings(settingsSchema, withQuick(value, quick));
    return { settings, cells: toyCells(settings), findings: (results) => toyFindings(settings, results) };
  },
  report: async ({ quick, provenance, ...summary }) => {
    // A summary of this study and version was written by `findings` above.
    const settings = summary.settings as ToySettings;
    const findings = summary.findings as ToyFindings;
    const verdicts = toyVerdicts(settings, findings, quick);
    const markdown = toyMarkdown({ settings, findings, verdicts, provenance, quick });
    return { markdown, verdicts, pictures: await toyPictures(settings, findings) };
  },
};
