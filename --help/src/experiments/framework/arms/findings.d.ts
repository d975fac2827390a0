import type { CellResults } from "../cell.js";
import { type ArmsSettings } from "./settings.js";
/** What an evaluation measured, before or after training. */
export interface Score {
    readonly passAt1: number;
    readonly passAtK: number;
    readonly greedy: number;
    /** Different right answers to a problem among k; null where a run did not count them. */
    readonly distinct: number | null;
}
/** One training run. Lists have one entry for each step. */
export interface ArmRun {
    readonly group: string;
    readonly arm: string;
    readonly seed: number;
    /** The entropy that offsets are measured from: the arm's target, or the one that it shares with controlled arms; null where there is none. */
    readonly target: number | null;
    readonly entropy: readonly number[];
    readonly alpha: readonly number[];
    readonly reward: readonly number[];
    /** Shares over the last half: tokens that alpha weighs, steps with alpha at its limit, groups with equal rewards. */
    readonly gated: number;
    readonly saturated: number;
    readonly equalGroups: number;
    readonly before: Score;
    readonly after: Score;
    /** Scores on other tasks by name. */
    readonly elsewhere: Readonly<Record<string, {
        readonly before: Score;
        readonly after: Score;
    }>>;
    /** Names of what the diagnostics found in the run; absent where they did not watch it. */
    readonly diagnoses?: readonly string[];
    /** The entropy of each tag's tokens in every step, where the setting `byTag` asks for it. */
    readonly tags?: Readonly<Record<string, readonly number[]>>;
    /** Wall-clock time of the training steps. */
    readonly seconds: number;
}
/** What summary.json keeps of the runs. */
export interface ArmsFindings {
    /** The k of pass@k. */
    readonly k: number;
    readonly runs: readonly ArmRun[];
}
export declare function armsFindings(settings: ArmsSettings, results: CellResults): ArmsFindings;
/** The runs of one group, as findings of their own. */
export declare function ofGroup({ k, runs }: ArmsFindings, group: string): ArmsFindings;
