import { contains } from "./contains.ts";
import type { RewardFactory } from "./define.ts";
import { exact } from "./exact.ts";
import { format } from "./format.ts";
import { length } from "./length.ts";
import { math } from "./math.ts";
import { regex } from "./regex.ts";
import { repetition } from "./repetition.ts";

export { type Completion, defineReward, type RewardFactory } from "./define.ts";

/** Every reward by its name in configurations: `rewardFunctions.math({ column: "answer" })`. A new reward is one file and one line here. */
export const rewardFunctions = { math, exact, contains, regex, format, length, repetition } as const;

/** The same, for whoever has a name. The factories differ in the type of their options, and each checks its own. */
export const rewardRegistry = rewardFunctions as unknown as Readonly<Record<string, RewardFactory>>;
