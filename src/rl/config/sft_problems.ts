import { dataTask } from "../../data_sets/options.ts";
import { ConfigError, isMapping, refusal } from "../../options/problems.ts";
import type { SftConfig } from "./sft_sections.ts";

/** What of a configuration of `sft` contradicts itself, one line each. `given` is the configuration before defaults were filled in. */
export function sftProblems({ model, lora }: SftConfig, given: unknown): string[] {
  const said = saidOf(given);
  const isLoaded = typeof model === "string";
  return [
    ...(lora && !isLoaded ? ["lora is for a model that is loaded; leave it out, because adapters of random weights learn little"] : []),
    ...(isLoaded && said.learningRate === undefined
      ? ["sft.learningRate must be given for a model that is loaded, such as 0.00002 for its weights or 0.0002 for low-rank adapters"]
      : []),
  ];
}

function saidOf(given: unknown): Readonly<Record<string, unknown>> {
  return isMapping(given) && isMapping(given.sft) ? given.sft : {};
}

/**
 * The configuration of a run, whose section `task` names all rewards that there are. One whose answers nothing scores never ends with some
 * share of right ones, and says so, so that it can be read again.
 * @throws ConfigError where `given`, the configuration before defaults were filled in, asks for such a share all the same
 */
export function withKnownRewards(config: SftConfig, given: unknown): SftConfig {
  const { task, sft } = config;
  const unscored = task.name === dataTask.key ? whyUnscored(task) : undefined;
  if (unscored === undefined) return config;
  if (typeof saidOf(given).stopAtPassAt1 !== "number") return { ...config, sft: { ...sft, stopAtPassAt1: null } };
  throw new ConfigError([refusal("sft.stopAtPassAt1", sft.stopAtPassAt1, `null or left out, because ${unscored}`)]);
}

/** Why no answer is scored; undefined where answers are. */
function whyUnscored({ rewards, heldOut, evalData, evalSplit }: SftConfig["task"]): string | undefined {
  if (!Array.isArray(rewards) || rewards.length === 0) return "without task.rewards no answer is right or wrong";
  return heldOut === 0 && !evalData && !evalSplit ? "with task.heldOut 0 there is no row to sample answers for" : undefined;
}
