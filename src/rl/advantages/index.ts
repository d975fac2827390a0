import { batch } from "./batch.ts";
import type { Advantage } from "./contract.ts";
import { drGrpo } from "./dr_grpo.ts";
import { gdpo } from "./gdpo.ts";
import { gepo } from "./gepo.ts";
import { grpo } from "./grpo.ts";
import { maxrl } from "./maxrl.ts";
import { none } from "./none.ts";
import { nsr } from "./nsr.ts";
import { passAtK } from "./pass_at_k.ts";
import { psr } from "./psr.ts";
import { reinforcePlusPlus } from "./reinforce_plus_plus.ts";
import { rloo } from "./rloo.ts";
import { wReinforce } from "./w_reinforce.ts";

export type { Advantage, AdvantageInput, AdvantageTraits, EntropyBand, RewardPart, RewardSums, Score } from "./contract.ts";
export { DEFAULT_BAND } from "./gepo.ts";
export { DEFAULT_K } from "./pass_at_k.ts";
export { isRight } from "./scores.ts";
export { differingGroups, type RewardStatistics, rewardStatistics } from "./statistics.ts";
export { DEFAULT_LAMBDA } from "./w_reinforce.ts";

/** Every way to turn rewards into advantages, by its name in `grpo.advantage`. A new one is a file and a line here. */
export const advantages = {
  grpo,
  "dr-grpo": drGrpo,
  batch,
  rloo,
  "reinforce++": reinforcePlusPlus,
  nsr,
  psr,
  "w-reinforce": wReinforce,
  "pass@k": passAtK,
  gdpo,
  maxrl,
  gepo,
  none,
} as const satisfies Readonly<Record<string, Advantage>>;

export type AdvantageName = keyof typeof advantages;
export const ADVANTAGE_NAMES = Object.keys(advantages) as [AdvantageName, ...AdvantageName[]];
