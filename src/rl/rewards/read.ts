import { z } from "zod";
import { parseOptions } from "../../options/define.ts";
import { ConfigError, nearestWord, refusal } from "../../options/problems.ts";
import { brief, listed } from "../../options/quote.ts";
import { decimal, option, section, text } from "../../options/schema.ts";
import { rewardLimits } from "../scoring/check_rewards.ts";
import { checkRewards, type NamedReward } from "../scoring/rewards.ts";
import { rewardRegistry } from "./index.ts";

/** A reward as a configuration names it: by its name or a module's path, or with weight and options beside. */
export type RewardEntry = string | { readonly name: string; readonly [option: string]: unknown };

const common = {
  weight: option(decimal({ min: -1e6, max: 1e6 }), 1, "The weight of the reward in the sum."),
  as: option(
    text("a name, or null (the reward's own)").nullable(),
    null,
    "The reward's name in metrics (`rewards/NAME/mean`), for two of one kind; null is its own.",
  ),
};

const moduleOptions = {
  timeout: option(rewardLimits.timeout, 60, "The most seconds that the completions of one prompt may take."),
  onError: option(
    rewardLimits.onError,
    "unscored",
    "What happens where the function throws, takes too long or returns something else than scores: unscored leaves the completions of that prompt without a score and counts them in `rewards/NAME/failed`; stop ends the run.",
  ),
};

/** The keys of any reward, and those of one that is a module, for documentation. */
export const commonRewardOptions = section(common);
export const moduleRewardOptions = section(moduleOptions);

/** A module to load: its path and what it may take. */
export interface RewardModule extends z.output<typeof moduleRewardOptions> {
  readonly path: string;
}

export interface ReadRewardsOptions {
  /** The column with the right answer; null where the data has none. */
  readonly answer: string | null;
  /** Loads the function of a module. */
  readonly load: (module: RewardModule) => Promise<NamedReward["reward"]>;
}

/** The rewards that a configuration lists. @throws ConfigError in one line for a name or an option that does not exist */
export async function readRewards(entries: readonly RewardEntry[], options: ReadRewardsOptions): Promise<NamedReward[]> {
  const rewards: NamedReward[] = [];
  for (const [index, entry] of entries.entries()) rewards.push(await readReward(entry, `task.rewards.${index}`, options));
  checkRewards(rewards);
  return rewards;
}

/** Whether the name of a reward is the path of a module. */
export function isModulePath(name: string): boolean {
  return /[/\\]/.test(name) || /\.[cm]?[jt]s$/.test(name);
}

async function readReward(entry: RewardEntry, place: string, { answer, load }: ReadRewardsOptions): Promise<NamedReward> {
  const { name, weight, as, ...own } = typeof entry === "string" ? { name: entry } : entry;
  const given = { ...(weight !== undefined && { weight }), ...(as !== undefined && { as }) };
  const shared = parseOptions(z.object({ [place]: commonRewardOptions }), { [place]: given })[place]!;
  if (!isModulePath(name)) {
    const made = builtIn(name, own, { answer, place });
    return { ...made, name: shared.as ?? made.name, weight: shared.weight };
  }
  const limits = parseOptions(z.object({ [place]: moduleRewardOptions }), { [place]: own })[place]!;
  const reward = await load({ path: name, ...limits });
  return { name: shared.as ?? stemOf(name), weight: shared.weight, reward, onError: limits.onError };
}

function builtIn(
  name: string,
  own: Readonly<Record<string, unknown>>,
  { answer, place }: { answer: string | null; place: string },
): NamedReward {
  if (!Object.hasOwn(rewardRegistry, name)) throw unknownReward(name, place);
  const factory = rewardRegistry[name]!;
  const compares = Object.hasOwn(factory.options.shape, "column");
  if (compares && own.column === undefined && answer === null) {
    throw new ConfigError([`the reward ${name} compares with the right answer; name its column in task.answer`]);
  }
  return factory(compares && answer !== null ? { column: answer, ...own } : own);
}

function unknownReward(name: string, place: string): ConfigError {
  const names = Object.keys(rewardRegistry);
  const near = nearestWord(name, names);
  const allowed = `one of ${listed(names)}, or the path of a module such as ./my_reward.ts`;
  return new ConfigError([refusal(place, name, allowed) + (near ? `; did you mean ${brief(near)}?` : "")]);
}

function stemOf(path: string): string {
  return path
    .split(/[/\\]/)
    .at(-1)!
    .replace(/\.[cm]?[jt]s$/, "");
}
