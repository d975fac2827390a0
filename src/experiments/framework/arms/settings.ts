import { z } from "zod";
import { flag, openSection, section, text } from "../../../options/schema.ts";
import { seedsSchema } from "../seeds.ts";
import { searchSchema } from "./search.ts";

const task = openSection({ name: text("the name of a task, such as countdown") }, "a mapping with the key name and the task's own options");
const tasksByName = z.record(z.string(), task);
const armsByName = z.record(z.string(), openSection({}, "a mapping with the sections grpo, entropy"), {
  error: "a mapping of arms by name",
});
const isFilled = (value: object): boolean => Object.keys(value).length > 0;
const sectionOf = (name: string) => openSection({}, `a mapping with options of train's section ${name}`);

/** A warm start that the study makes for itself, in place of a checkpoint. It learns the task of its runs, or one with the same alphabet. */
const start = section({
  task: task.optional(),
  model: openSection({ model_type: text("the name of an architecture, such as llama") }, "a mapping in the style of config.json"),
  sft: sectionOf("sft"),
});

/** Settings of a study of arms: one training configuration, and what each arm changes in it. The sections are those of `train`. */
export const armsSchema = section({
  seeds: seedsSchema,
  model: text("the path of a checkpoint folder"),
  task,
  eval: sectionOf("eval"),
  grpo: sectionOf("grpo"),
  entropy: sectionOf("entropy"),
  arms: armsByName.refine(isFilled, { error: "a mapping of one arm or more by name" }),
  /** Every arm runs in each group with the group's changes. A group can change single arms further. */
  groups: z
    .record(
      z.string(),
      section({
        model: text("the path of a checkpoint folder").optional(),
        start: start.optional(),
        search: searchSchema.partial().optional(),
        task: task.optional(),
        eval: sectionOf("eval").optional(),
        grpo: sectionOf("grpo").optional(),
        entropy: sectionOf("entropy").optional(),
        arms: armsByName.optional(),
        elsewhere: tasksByName.optional(),
      }),
    )
    .refine(isFilled, { error: "a mapping of one group or more by name, or left out" })
    .optional(),
  start: start.optional(),
  /** How the knobs that arms list under `search` are tried before the arms run. */
  search: searchSchema.nullable().optional(),
  /** Other tasks to evaluate before and after training. */
  elsewhere: tasksByName.optional(),
  /** Keeps the entropy of every tag of the problems. */
  byTag: flag().optional(),
});

export type ArmsSettings = z.output<typeof armsSchema>;

/** The name of the one group that a study without groups has. */
export const ALONE = "";

/** The arms by the names that tables and pictures give them. The first is what the others are compared with. */
export function armNames({ arms }: Pick<ArmsSettings, "arms">): string[] {
  return Object.keys(arms);
}

export function groupNames({ groups }: Pick<ArmsSettings, "groups">): string[] {
  return groups ? Object.keys(groups) : [ALONE];
}
