import { z } from "zod";
import { openSection, section, text, whole } from "../../rl/config/option.ts";

/** Settings of a study of arms: one training configuration, and what each arm changes in it. The sections are those of `train`. */
export const armsSchema = section({
  seeds: whole({ min: 1, max: 1000 }),
  model: text("the path of a checkpoint folder"),
  task: openSection({ name: text("the name of a task, such as countdown") }, "a mapping with the key name and the task's own options"),
  eval: openSection({}, "a mapping with options of train's section eval"),
  grpo: openSection({}, "a mapping with options of train's section grpo"),
  entropy: openSection({}, "a mapping with options of train's section entropy"),
  arms: z.record(z.string(), openSection({}, "a mapping with the sections grpo, entropy")),
});

export type ArmsSettings = z.output<typeof armsSchema>;

/** An arm by the name that tables and pictures give it. The first is what the others are compared with. */
export function armNames({ arms }: ArmsSettings): string[] {
  return Object.keys(arms);
}

export function seedsOf({ seeds }: ArmsSettings): number[] {
  return Array.from({ length: seeds }, (_, seed) => seed);
}
