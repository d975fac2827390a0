import { dataTask } from "../../data_sets/options.ts";
import { isMapping, refusal } from "../../options/problems.ts";
import type { SftConfig } from "./sft_sections.ts";

/** What of a configuration of `sft` contradicts itself, one line each. `given` is the configuration before defaults were filled in. */
export function sftProblems({ model, task, lora, sft }: SftConfig, given: unknown): string[] {
  const said = isMapping(given) && isMapping(given.sft) ? given.sft : {};
  const isLoaded = typeof model === "string";
  const unscored = task.name === dataTask.key ? whyUnscored(task) : undefined;
  return [
    ...(lora && !isLoaded ? ["lora is for a model that is loaded; leave it out, because adapters of random weights learn little"] : []),
    ...(isLoaded && said.learningRate === undefined
      ? ["sft.learningRate must be given for a model that is loaded, such as 0.00002 for its weights or 0.0002 for low-rank adapters"]
      : []),
    ...(unscored !== undefined && typeof said.stopAtPassAt1 === "number"
      ? [refusal("sft.stopAtPassAt1", sft.stopAtPassAt1, `null or left out, because ${unscored}`)]
      : []),
  ];
}

/** A configuration whose answers nothing scores never ends with some share of right ones, and says so, so that it can be read again. */
export function withoutPassAt1(config: SftConfig): SftConfig {
  const { task, sft } = config;
  const isScored = task.name !== dataTask.key || whyUnscored(task) === undefined;
  return isScored ? config : { ...config, sft: { ...sft, stopAtPassAt1: null } };
}

/** Why no answer is scored; undefined where answers are. */
function whyUnscored({ rewards, heldOut, evalData, evalSplit }: SftConfig["task"]): string | undefined {
  if (!Array.isArray(rewards) || rewards.length === 0) return "without task.rewards no answer is right or wrong";
  return heldOut === 0 && !evalData && !evalSplit ? "with task.heldOut 0 there is no row to sample answers for" : undefined;
}
