import type { ArmRun, ArmsFindings, Score } from "./findings.js";
/** A line for each arm: how it held entropy. */
export declare function entropyTable(arms: readonly string[], { runs }: ArmsFindings): string;
/** A line for each arm: its score on held-out problems after training, and the difference from the first arm. */
export declare function scoreTable(arms: readonly string[], { runs, k }: ArmsFindings, scoreOf?: (run: ArmRun) => Score): string;
/** Whether all runs counted different right answers. */
export declare function countsDistinct(runs: readonly ArmRun[]): boolean;
/** A line for each arm: pass@1 and pass@k on other tasks after training. The first line has those before it. */
export declare function elsewhereTable(arms: readonly string[], { runs, k }: ArmsFindings): string;
/**
 * Tests of whether each arm differs from the first by more than chance. They need two seeds or more. A measure that an arm lacks, such as
 * the distance from a target that it does not have, has no line.
 */
export declare function significanceTable(arms: readonly string[], { runs, k }: ArmsFindings): string;
/** In how many runs of each arm each diagnosis was made. The text is empty where there was none. */
export declare function diagnosisTable(arms: readonly string[], { runs }: ArmsFindings): string;
