import { z } from "zod";
import { type ArmsSettings } from "../../framework/arms/settings.js";
/** Settings of the study: what to sample for the distributions, and arms (remedies) in groups (shapes of the reward). */
export declare const advantagesSchema: z.ZodObject<{
    seeds: z.ZodUnion<readonly [z.ZodNumber, z.ZodArray<z.ZodNumber>]>;
    model: z.ZodString;
    task: z.ZodObject<{
        name: z.ZodString;
    }, z.core.$loose>;
    eval: z.ZodObject<{}, z.core.$loose>;
    grpo: z.ZodObject<{}, z.core.$loose>;
    entropy: z.ZodObject<{}, z.core.$loose>;
    arms: z.ZodRecord<z.ZodString, z.ZodObject<{}, z.core.$loose>>;
    elsewhere: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodObject<{
        name: z.ZodString;
    }, z.core.$loose>>>;
    byTag: z.ZodOptional<z.ZodBoolean>;
    groups: z.ZodRecord<z.ZodEnum<{
        plain: "plain";
        "shifted up": "shifted up";
        "shifted down": "shifted down";
        skewed: "skewed";
        "two modes": "two modes";
    }> & z.core.$partial, z.ZodObject<{}, z.core.$strict>>;
    distributions: z.ZodObject<{
        steps: z.ZodNumber;
        functions: z.ZodArray<z.ZodEnum<{
            none: "none";
            batch: "batch";
            grpo: "grpo";
            "dr-grpo": "dr-grpo";
            rloo: "rloo";
            "reinforce++": "reinforce++";
            nsr: "nsr";
            psr: "psr";
            "w-reinforce": "w-reinforce";
            "pass@k": "pass@k";
            gdpo: "gdpo";
        }>>;
        tasks: z.ZodRecord<z.ZodString, z.ZodObject<{
            model: z.ZodString;
            task: z.ZodObject<{
                name: z.ZodString;
            }, z.core.$loose>;
            maxNewTokens: z.ZodNumber;
        }, z.core.$strict>>;
    }, z.core.$strict>;
}, z.core.$strict>;
export type AdvantagesSettings = z.output<typeof advantagesSchema>;
/** The part that is a study of arms. */
export declare function armsOf({ distributions: _, ...arms }: AdvantagesSettings): ArmsSettings;
