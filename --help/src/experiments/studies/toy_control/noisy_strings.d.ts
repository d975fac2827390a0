import type { NamedReward } from "../../../rl/scoring/rewards.js";
import type { Task } from "../../../tasks/task.js";
/** The options of the task. */
export interface NoisyStringsOptions {
    /** Characters of prompts and answers: the first ones of the Latin alphabet. */
    readonly characters: number;
    /** Prompts, one character each. */
    readonly prompts: number;
    /** Characters of every answer. */
    readonly length: number;
    /** Good characters at each place of an answer. */
    readonly good: number;
    /** The chance of a reward without any good character, and with good characters only. */
    readonly lowest: number;
    readonly highest: number;
    /** Share of good characters, beyond chance, in the answers of the warm start. */
    readonly warmth: number;
}
/** A task whose rewards are coin tosses, so that they never become all equal. */
export interface NoisyStrings extends Task {
    /** The reward is 1 with the answer's chance, else 0. The seed, the step and the place in the batch alone decide the toss. */
    noisyReward(seed: number): NamedReward;
}
/**
 * Answer a character with a string of fixed length. Each place has a few good characters, which depend on the prompt; the more of them
 * an answer has, the likelier its reward, so there are `good ** length` best answers and none that is rewarded always or never.
 * `reward` is the chance of a reward itself. Both splits hold the same prompts: the task measures control, not generalisation.
 */
export declare function noisyStrings(options: NoisyStringsOptions): NoisyStrings;
/** A uniform number in [0, 1) of three counters: the same for the same counters, whatever was drawn before. */
export declare function coin(a: number, b: number, c: number): number;
