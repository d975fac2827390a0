import { z } from "zod";
import { parseOptions } from "../../options/define.ts";
import { ConfigError, isMapping, refusal } from "../../options/problems.ts";
import { quoted } from "../../options/quote.ts";
import { decimal, oneOf, section, text } from "../../options/schema.ts";
import type { NamedReward } from "./reward_function.ts";

/** What bounds a reward's calls, in programs and in configurations. A timer of Node.js that is longer than 24 days ends at once. */
export const rewardLimits = {
  timeout: decimal({ above: 0, max: 86_400 }),
  onError: oneOf(["unscored", "stop"]),
};

const anything = z.unknown().optional();

const mapping = section({
  // These three are checked below, where messages say what a reward is.
  name: anything,
  reward: anything,
  weight: anything,
  column: text("the name of a column").optional(),
  onError: rewardLimits.onError.optional(),
  timeout: rewardLimits.timeout.optional(),
} satisfies Record<keyof NamedReward, z.ZodType>);

/**
 * Refuses rewards that are none.
 * @throws ConfigError where none is given, one is no function or has a key or a value that no reward has, or two have one name
 */
export function checkRewards(functions: readonly NamedReward[]): void {
  if (functions.length === 0) throw new ConfigError(["no reward function is given; give a task or at least one function in rewards"]);
  // The types of a program in JavaScript say nothing.
  for (const [index, given] of functions.entries()) checkReward(`rewards.${index}`, given);
  const names = functions.map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new ConfigError([`two reward functions are named ${quoted(repeated)}; metrics need different names`]);
}

function checkReward(place: string, given: unknown): void {
  if (isMapping(given)) parseOptions(z.object({ [place]: mapping }), { [place]: given });
  const { name, reward, weight = 1 }: Record<string, unknown> = isMapping(given) ? given : {};
  // Only GRPOTrainer takes bare functions, and names them before.
  const allowed = typeof given === "function" ? "a mapping { name, reward, weight } here" : "a function, or { name, reward, weight }";
  if (!isMapping(given)) throw new ConfigError([refusal(place, given, allowed)]);
  if (isMapping(reward) && typeof reward.reward === "function") {
    throw new ConfigError([
      `${place}.reward has a function and a name of its own; spread it, as in { ...rewardFunctions.math(), weight: 2 }`,
    ]);
  }
  if (typeof reward !== "function") {
    throw new ConfigError([refusal(`${place}.reward`, reward, "a function; rewardFunctions makes those that configurations name")]);
  }
  if (typeof name !== "string" || name === "") throw new ConfigError([refusal(`${place}.name`, name, "a text")]);
  if (typeof weight !== "number" || !Number.isFinite(Math.fround(weight)))
    throw new ConfigError([refusal(`${place}.weight`, weight, "a finite number")]);
}
