import { refuseUnknownArms } from "../../framework/arms/judge.js";
import { armPictures } from "../../framework/arms/pictures.js";
import { armSections } from "../../framework/arms/sections.js";
import { defineStudy } from "../../framework/define_study.js";
import { markdownTable } from "../../framework/markdown.js";
import { percent } from "../../framework/numbers.js";
import { advantagesCells } from "./cells.js";
import { advantagesFindings } from "./findings.js";
import { advantagesPictures } from "./pictures.js";
import { advantagesSchema, armsOf } from "./settings.js";
import { advantagesVerdicts, armClaims } from "./verdicts.js";
const QUESTION = `EntroPIC weights samples of positive advantage by 1 + alpha and those of negative advantage by 1 - alpha, and its theory takes advantages for
centred. This study looks at how they are distributed on three tasks, then breaks the assumption on purpose: rewards shifted up or down, skewed by rare
large ones, or with two modes for right and for wrong answers. The remedies are centring (subtracting the group's mean), normalising over the batch or
the group, and the integral.`;
/** docs/method.md, "Advantages": what they look like, and what happens where they are not centred. */
export const advantages = defineStudy({
    name: "advantages",
    description: "how advantages are distributed, what breaks their zero mean, and what mends it",
    version: 1,
    title: "Advantages: does it matter that they have mean zero?",
    question: () => QUESTION,
    schema: advantagesSchema,
    check: (settings, shipped) => refuseUnknownArms(armClaims(settings), settings, shipped),
    cells: advantagesCells,
    findings: advantagesFindings,
    verdicts: advantagesVerdicts,
    sections: (settings, findings) => [...distributionSections(findings), ...armSections(armsOf(settings), findings.arms)],
    pictures: async (settings, findings) => [
        ...(await advantagesPictures(settings, findings)),
        ...(await armPictures("Advantages", armsOf(settings), findings.arms)),
    ],
});
function distributionSections({ distributions }) {
    const rows = distributions.map(({ task, advantage, mean, deviation, skewness, zero, positive, modes }) => [
        task,
        advantage,
        mean.toFixed(3),
        deviation.toFixed(3),
        skewness.toFixed(2),
        percent(zero, 0),
        percent(positive, 0),
        modes.join(", "),
    ]);
    const text = `The table describes the advantages of ${distributions[0]?.completions} completions of each task's starting policy, which does not learn meanwhile. Modes are the middles of bins 0.25
wide that hold more than their neighbours and at least 5 % of the completions.`;
    return [
        "## Distributions",
        text,
        markdownTable(["task", "advantage", "mean", "sd", "skewness", "exactly 0", "positive", "modes"], rows),
        "![Histograms of the advantages](distributions.svg)",
        "## Offsets",
        "![Offset from the target by shape of the reward and remedy](offsets.svg)",
    ];
}
