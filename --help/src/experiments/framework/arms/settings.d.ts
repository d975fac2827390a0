import { z } from "zod";
/** Settings of a study of arms: one training configuration, and what each arm changes in it. The sections are those of `train`. */
export declare const armsSchema: z.ZodObject<{
    seeds: z.ZodUnion<readonly [z.ZodNumber, z.ZodArray<z.ZodNumber>]>;
    model: z.ZodString;
    task: z.ZodObject<{
        name: z.ZodString;
    }, z.core.$loose>;
    eval: z.ZodObject<{}, z.core.$loose>;
    grpo: z.ZodObject<{}, z.core.$loose>;
    entropy: z.ZodObject<{}, z.core.$loose>;
    arms: z.ZodRecord<z.ZodString, z.ZodObject<{}, z.core.$loose>>;
    groups: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodObject<{
        model: z.ZodOptional<z.ZodString>;
        task: z.ZodOptional<z.ZodObject<{
            name: z.ZodString;
        }, z.core.$loose>>;
        eval: z.ZodOptional<z.ZodObject<{}, z.core.$loose>>;
        grpo: z.ZodOptional<z.ZodObject<{}, z.core.$loose>>;
        entropy: z.ZodOptional<z.ZodObject<{}, z.core.$loose>>;
        arms: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodObject<{}, z.core.$loose>>>;
        elsewhere: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodObject<{
            name: z.ZodString;
        }, z.core.$loose>>>;
    }, z.core.$strict>>>;
    elsewhere: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodObject<{
        name: z.ZodString;
    }, z.core.$loose>>>;
    byTag: z.ZodOptional<z.ZodBoolean>;
}, z.core.$strict>;
export type ArmsSettings = z.output<typeof armsSchema>;
/** The name of the one group that a study without groups has. */
export declare const ALONE = "";
/** The arms by the names that tables and pictures give them. The first is what the others are compared with. */
export declare function armNames({ arms }: Pick<ArmsSettings, "arms">): string[];
export declare function groupNames({ groups }: Pick<ArmsSettings, "groups">): string[];
