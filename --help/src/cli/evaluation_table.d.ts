import type { Evaluation } from "../rl/evaluation/evaluate.js";
/** The numbers of an evaluation that people see: fractions, and entropy in nats. */
export interface EvaluationSummary {
    readonly passAt1: number;
    readonly greedy: number | undefined;
    readonly passAtK: number;
    readonly entropy: number;
}
/** The part of an evaluation that is worth keeping in a file. */
export declare function summarize({ passAt1, greedy, passAtK, entropy }: Evaluation): EvaluationSummary;
/** A name and what was measured under it. */
export type EvaluationRow = readonly [name: string, summary: EvaluationSummary];
/** A table of evaluations with `k` completions a prompt, 80 columns wide at most. Names that are too long go on in further lines. */
export declare function evaluationTable(k: number, rows: readonly EvaluationRow[]): string;
