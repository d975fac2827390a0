import type { Advantage } from "./contract.js";
export type { Advantage, AdvantageInput, AdvantageTraits, RewardPart, Score } from "./contract.js";
export { DEFAULT_K } from "./pass_at_k.js";
export { isRight } from "./scores.js";
export { type RewardStatistics, rewardStatistics } from "./statistics.js";
export { DEFAULT_LAMBDA } from "./w_reinforce.js";
/** Every way to turn rewards into advantages, by its name in `grpo.advantage`. A new one is a file and a line here. */
export declare const advantages: {
    readonly grpo: Advantage;
    readonly "dr-grpo": Advantage;
    readonly batch: Advantage;
    readonly rloo: Advantage;
    readonly "reinforce++": Advantage;
    readonly nsr: Advantage;
    readonly psr: Advantage;
    readonly "w-reinforce": Advantage;
    readonly "pass@k": Advantage;
    readonly gdpo: Advantage;
    readonly none: Advantage;
};
export type AdvantageName = keyof typeof advantages;
export declare const ADVANTAGE_NAMES: [AdvantageName, ...AdvantageName[]];
