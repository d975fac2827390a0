import { z } from "zod";
/** The setting `seeds`: how many seeds, counted from 0, or a list of them. */
export declare const seedsSchema: z.ZodUnion<readonly [z.ZodNumber, z.ZodArray<z.ZodNumber>]>;
export interface Seeds {
    readonly seeds: z.output<typeof seedsSchema>;
}
export declare function seedsOf({ seeds }: Seeds): number[];
/** "5 seeds", or "2 seeds (3, 8)" where the setting lists them. */
export declare function seedsInWords({ seeds }: Seeds): string;
