import { defineStudy } from "../../framework/define_study.js";
import { toyCells } from "./cells.js";
import { toyFindings } from "./findings.js";
import { toyPictures } from "./pictures.js";
import { toyQuestion, toySections } from "./sections.js";
import { toySchema } from "./settings.js";
import { toyVerdicts } from "./verdicts.js";
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
