import { z } from "zod";
/** Settings of the study; configs/experiments/toy_control.yaml explains each. */
export declare const toySchema: z.ZodObject<{
    seeds: z.ZodUnion<readonly [z.ZodNumber, z.ZodArray<z.ZodNumber>]>;
    task: z.ZodObject<{
        characters: z.ZodNumber;
        prompts: z.ZodNumber;
        length: z.ZodNumber;
        good: z.ZodNumber;
        lowest: z.ZodNumber;
        highest: z.ZodNumber;
        warmth: z.ZodNumber;
    }, z.core.$strict>;
    model: z.ZodObject<{
        model_type: z.ZodString;
    }, z.core.$loose>;
    warmStart: z.ZodObject<{
        steps: z.ZodNumber;
        batch: z.ZodNumber;
        learningRate: z.ZodNumber;
        warmupSteps: z.ZodNumber;
    }, z.core.$strict>;
    grpo: z.ZodObject<{}, z.core.$loose>;
    entropy: z.ZodObject<{
        limit: z.ZodNumber;
        gate: z.ZodString;
    }, z.core.$loose>;
    openLoop: z.ZodObject<{
        alphas: z.ZodArray<z.ZodNumber>;
        steps: z.ZodNumber;
    }, z.core.$strict>;
    gains: z.ZodObject<{
        lambda: z.ZodNumber;
        integral: z.ZodNumber;
    }, z.core.$strict>;
    targets: z.ZodArray<z.ZodNumber>;
    onPolicy: z.ZodObject<{
        steps: z.ZodNumber;
    }, z.core.$strict>;
    offPolicy: z.ZodObject<{
        steps: z.ZodNumber;
        updatesPerRollout: z.ZodNumber;
    }, z.core.$strict>;
    evaluation: z.ZodObject<{
        completions: z.ZodNumber;
    }, z.core.$strict>;
}, z.core.$strict>;
export type ToySettings = z.output<typeof toySchema>;
