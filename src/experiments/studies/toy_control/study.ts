import { defineStudy } from "../../framework/define_study.ts";
import { toyCells } from "./cells.ts";
import { toyFindings } from "./findings.ts";
import { toyPictures } from "./pictures.ts";
import { toyQuestion, toySections } from "./sections.ts";
import { toySchema } from "./settings.ts";
import { toyVerdicts } from "./verdicts.ts";

/** docs/method.md, "The controller": its signs, offsets and targets, on a policy small enough for minutes on a software GPU. */
export const toyControl = defineStudy({
  name: "toy-control",
  description: "a small policy on noisy rewards: alpha fixed and controlled, on- and off-policy, against the method's thresholds",
  version: 1,
  title: "Toy control: does the entropy controller do what its theory says?",
  question: toyQuestion,
  schema: toySchema,
  cells: toyCells,
  findings: toyFindings,
  verdicts: toyVerdicts,
  sections: toySections,
  pictures: toyPictures,
});
