import { z } from "zod";
/** Settings of the study; configs/experiments/gains.yaml explains each. */
export declare const gainsSchema: z.ZodObject<{
    seeds: z.ZodUnion<readonly [z.ZodNumber, z.ZodArray<z.ZodNumber>]>;
    task: z.ZodObject<{
        name: z.ZodString;
    }, z.core.$loose>;
    sizes: z.ZodRecord<z.ZodString, z.ZodObject<{
        model_type: z.ZodString;
    }, z.core.$loose>>;
    warmStart: z.ZodObject<{}, z.core.$loose>;
    eval: z.ZodObject<{}, z.core.$loose>;
    grpo: z.ZodObject<{
        steps: z.ZodNumber;
    }, z.core.$loose>;
    entropy: z.ZodObject<{
        limit: z.ZodNumber;
    }, z.core.$loose>;
    gates: z.ZodRecord<z.ZodString, z.ZodObject<{
        gate: z.ZodEnum<{
            probability: "probability";
            "entropy-effect": "entropy-effect";
        }>;
        tau: z.ZodOptional<z.ZodNumber>;
    }, z.core.$strict>>;
    share: z.ZodNumber;
    kp: z.ZodArray<z.ZodNumber>;
    kiRatios: z.ZodArray<z.ZodNumber>;
    openLoop: z.ZodObject<{
        alphas: z.ZodArray<z.ZodNumber>;
        steps: z.ZodNumber;
    }, z.core.$strict>;
    automatic: z.ZodObject<{
        steps: z.ZodNumber;
    }, z.core.$strict>;
}, z.core.$strict>;
export type GainsSettings = z.output<typeof gainsSchema>;
/** One model size under one gate with one seed. Each has an authority, a target and a grid of its own. */
export interface Plant {
    readonly seed: number;
    readonly size: string;
    readonly gate: string;
}
export declare function plantsOf(settings: GainsSettings): Plant[];
/** The plants of the first seed, which tables and pictures show one by one. */
export declare function ofFirstSeed<Item extends Plant>(plants: readonly Item[]): Item[];
