import { armPictures } from "../../framework/arms/pictures.ts";
import { armsMarkdown } from "../../framework/arms/report.ts";
import { markdownTable } from "../../framework/markdown.ts";
import { parseSettings, withQuick } from "../../framework/settings.ts";
import type { Study } from "../../framework/study.ts";
import { advantagesCells } from "./cells.ts";
import { type AdvantagesFindings, advantagesFindings } from "./findings.ts";
import { advantagesPictures } from "./pictures.ts";
import { type AdvantagesSettings, advantagesSchema, armsOf } from "./settings.ts";
import { advantagesVerdicts } from "./verdicts.ts";

const TITLE = "Advantages: does it matter that they have mean zero?";

const QUESTION = `EntroPIC weights samples of positive advantage by 1 + alpha and those of negative advantage by 1 - alpha, and its theory takes advantages for
centred. This study looks at how they are distributed on three tasks, then breaks the assumption on purpose: rewards shifted up or down, skewed by rare
large ones, or with two modes for right and for wrong answers. The remedies are centring (subtracting the group's mean), normalising over the batch or
the group, and the integral.`;

/** docs/method.md, "Advantages": what they look like, and what happens where they are not centred. */
export const advantages: Study = {
  name: "advantages",
  description: "how advantages are distributed, what breaks their zero mean, and what mends it",
  version: 1,
  prepare: (value, { quick }) => {
    const settings = parseSettings(advantagesSchema, withQuick(value, quick));
    return { settings, cells: advantagesCells(settings), findings: (results) => advantagesFindings(settings, results) };
  },
  report: async ({ settings: given, findings: found, provenance, quick }) => {
    // A summary of this study and version was written by `findings` above.
    const settings = given as AdvantagesSettings;
    const findings = found as AdvantagesFindings;
    const verdicts = advantagesVerdicts(settings, findings, quick);
    const arms = armsOf(settings);
    const markdown = armsMarkdown({
      title: TITLE,
      question: QUESTION,
      settings: arms,
      findings: findings.arms,
      verdicts,
      provenance,
      quick,
      sections: distributionSection(findings),
    });
    return {
      markdown,
      verdicts,
      pictures: [...(await advantagesPictures(settings, findings)), ...(await armPictures("Advantages", arms, findings.arms))],
    };
  },
};

function distributionSection({ distributions }: AdvantagesFindings): string {
  const rows = distributions.map(({ task, advantage, mean, deviation, skewness, zero, positive, modes }) => [
    task,
    advantage,
    mean.toFixed(3),
    deviation.toFixed(3),
    skewness.toFixed(2),
    `${(100 * zero).toFixed(0)} %`,
    `${(100 * positive).toFixed(0)} %`,
    modes.join(", "),
  ]);
  const text = `Advantages of ${distributions[0]?.completions} completions of each task's starting policy, which does not learn meanwhile. Modes are the middles of bins 0.25
wide that hold more than their neighbours and at least 5 % of the completions.`;
  return [
    "## Distributions",
    text,
    markdownTable(["task", "advantage", "mean", "sd", "skewness", "exactly 0", "positive", "modes"], rows),
    "![Histograms of the advantages](distributions.svg)",
    "## Offsets",
    "![Offset from the target by shape of the reward and remedy](offsets.svg)",
  ].join("\n\n");
}
