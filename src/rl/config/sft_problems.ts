import { dataTask } from "../../data_sets/options.ts";
import { isMapping, refusal } from "../../options/problems.ts";
import type { SftConfig } from "./sections.ts";

/** What of a configuration of `sft` contradicts itself, one line each. `given` is the configuration before defaults were filled in. */
export function sftProblems({ model, task, lora, sft }: SftConfig, given: unknown): string[] {
  const said = isMapping(given) && isMapping(given.sft) ? given.sft : {};
  const isLoaded = typeof model === "string";
  const hasRewards = Array.isArray(task.rewards) && task.rewards.length > 0;
  const isUnscored = task.name === dataTask.key && !hasRewards;
  return [
    ...(lora && !isLoaded ? ["lora is for a model that is loaded; leave it out, because adapters of random weights learn little"] : []),
    ...(isLoaded && said.learningRate === undefined
      ? ["sft.learningRate must be given for a model that is loaded, such as 0.00002 for its weights or 0.0002 for low-rank adapters"]
      : []),
    ...(isUnscored && typeof said.stopAtPassAt1 === "number"
      ? [refusal("sft.stopAtPassAt1", sft.stopAtPassAt1, "null or left out, because without task.rewards no answer is right or wrong")]
      : []),
  ];
}
