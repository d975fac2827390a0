import { defineStudy } from "../../framework/define_study.ts";
import { gainsCells } from "./cells.ts";
import { gainsFindings } from "./findings.ts";
import { gainsPictures } from "./pictures.ts";
import { gainsSections } from "./sections.ts";
import { gainsSchema } from "./settings.ts";
import { gainsVerdicts } from "./verdicts.ts";

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
