import { z } from "zod";
import type { Spread } from "./sampling.js";
declare const earlierReport: z.ZodObject<{
    adapter: z.ZodString;
    date: z.ZodString;
    results: z.ZodArray<z.ZodObject<{
        name: z.ZodString;
        shape: z.ZodString;
        milliseconds: z.ZodObject<{
            median: z.ZodNumber;
            min: z.ZodNumber;
            max: z.ZodNumber;
            percentile5: z.ZodNumber;
            percentile95: z.ZodNumber;
        }, z.core.$loose>;
        uncontendedMilliseconds: z.ZodOptional<z.ZodObject<{
            median: z.ZodNumber;
            min: z.ZodNumber;
            max: z.ZodNumber;
            percentile5: z.ZodNumber;
            percentile95: z.ZodNumber;
        }, z.core.$loose>>;
    }, z.core.$loose>>;
}, z.core.$loose>;
/** What is read of an earlier `--json` file. */
export type EarlierReport = z.infer<typeof earlierReport>;
/** What a result must have to be compared. */
export interface Timed {
    readonly name: string;
    readonly shape: string;
    readonly milliseconds: Spread;
    readonly uncontendedMilliseconds?: Spread | undefined;
}
/** A result beside the earlier one of the same name and shape. */
export interface Comparison {
    /** This median over the earlier one: a ratio above 1 is slower. */
    readonly ratio: number;
    readonly verdict: "faster" | "slower" | "same";
}
export declare const NOISE_RULE = "a row moved when its median changed by more than a factor of 1.1 and the middle 90% of both runs' samples are apart";
/** @throws Error in one line when the text is no report of `bench --json` */
export declare function parseReport(text: string, source: string): EarlierReport;
/** Compares with the earlier result of the same name and shape, where there is one; by uncontended times where both have them. */
export declare function compareWith(earlier: EarlierReport, now: Timed): Comparison | undefined;
export {};
