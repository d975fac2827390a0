/** A claim of the method, the numbers that speak for or against it, and whether it held: undefined where the runs cannot tell. */
export interface Verdict {
    readonly claim: string;
    readonly measured: string;
    readonly passed: boolean | undefined;
    /** Short runs can tell this too; every other verdict is left open in a quick run. */
    readonly evenQuick?: boolean;
}
/** What was measured, and whether it bears a claim out. */
export type Weighed = Pick<Verdict, "measured" | "passed">;
export declare function notJudged(reason: string): Weighed;
/** Weighs the items that a claim speaks of. A claim about nothing is not judged. */
export declare function weighAll<Item>(items: readonly Item[], kind: string, weigh: (items: readonly Item[]) => Weighed): Weighed;
export declare function openInQuickRuns(verdicts: readonly Verdict[], quick: boolean): Verdict[];
export declare function verdictWord({ passed }: Verdict): string;
/** One sentence for the top of a report. */
export declare function verdictSentence(verdicts: readonly Verdict[]): string;
