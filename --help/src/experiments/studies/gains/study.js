import { defineStudy } from "../../framework/define_study.js";
import { gainsCells } from "./cells.js";
import { gainsFindings } from "./findings.js";
import { gainsPictures } from "./pictures.js";
import { gainsSections } from "./sections.js";
import { gainsSchema } from "./settings.js";
import { gainsVerdicts } from "./verdicts.js";
const QUESTION = `The controller's output is alpha = kp e + ki I: too weak, and the base algorithm's drift wins; too strong, and entropy swings. This study trains
three model sizes under two gates with a grid of gains, measures each lever by itself, and lets the engine find gains on its own.`;
/** docs/method.md, "The controller": which gains, and where the loop begins to oscillate. */
export const gains = defineStudy({
    name: "gains",
    description: "a grid of kp and ki for three model sizes and two gates, the stability boundary, and automatic gains",
    version: 1,
    title: "Gains: how strong should the controller be?",
    question: () => QUESTION,
    schema: gainsSchema,
    cells: gainsCells,
    findings: gainsFindings,
    verdicts: gainsVerdicts,
    sections: gainsSections,
    pictures: gainsPictures,
});
