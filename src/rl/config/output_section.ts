import { MOST } from "../../options/limits.ts";
import { adjustable, flag, option, section, text, whole } from "../../options/schema.ts";

/** The section `output` of a run; `directory` is the default of output.dir. */
export function output(directory: string) {
  return section({
    dir: option(text("the path of a folder"), directory, "The folder that the run writes to."),
    checkpointEvery: adjustable(
      whole({ min: 0, max: MOST.steps }),
      20,
      "Steps between two checkpoints. The last step is saved in any case; 0 saves only that.",
    ),
    keepLast: adjustable(
      whole({ min: 1 }, "all").nullable(),
      null,
      "How many of the newest checkpoints stay. Older ones are removed once a new one is on the disk; null keeps all.",
    ),
    keepBest: adjustable(
      flag(),
      false,
      "With keepLast: whether the best checkpoint stays too. It is the one with the highest pass@1 among those whose step was evaluated (eval.every, in sft sft.evalEvery); where none was, in train, the one with the highest mean reward.",
    ),
  }).prefault({});
}
