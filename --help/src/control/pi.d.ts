import type { z } from "zod";
/** The defaults suit small models and the entropy-effect gate; docs/method.md has the paper's values, for large models. */
declare const options: z.ZodObject<{
    target: z.ZodPrefault<z.ZodUnion<readonly [z.ZodNumber, z.ZodLiteral<"auto">]>>;
    kp: z.ZodPrefault<z.ZodNumber>;
    ki: z.ZodPrefault<z.ZodNumber>;
    limit: z.ZodPrefault<z.ZodNumber>;
    antiWindup: z.ZodPrefault<z.ZodBoolean>;
    gains: z.ZodPrefault<z.ZodEnum<{
        auto: "auto";
        fixed: "fixed";
    }>>;
    lambda: z.ZodPrefault<z.ZodNumber>;
    kiRatio: z.ZodPrefault<z.ZodNumber>;
    rho: z.ZodPrefault<z.ZodNumber>;
    anchorSteps: z.ZodPrefault<z.ZodNumber>;
    targetDecay: z.ZodPrefault<z.ZodNumber>;
    targetFloor: z.ZodPrefault<z.ZodNumber>;
    classes: z.ZodPrefault<z.ZodArray<z.ZodObject<{
        name: z.ZodString;
        target: z.ZodUnion<readonly [z.ZodNumber, z.ZodLiteral<"auto">]>;
        from: z.ZodOptional<z.ZodNumber>;
    }, z.core.$strict>>>;
    classBy: z.ZodPrefault<z.ZodString>;
}, z.core.$strict>;
/** The options of the controller `pi`. */
export type PIOptions = z.input<typeof options>;
/**
 * EntroPIC (arXiv 2511.15248): alpha = clamp(kp e + ki I, -limit, limit) with e = entropy - target and I the sum of earlier errors, for all
 * tokens or for each class of tokens; targets and gains may follow from what is measured at the start.
 */
export declare const entropic: ((options?: import("./index.js").PiOptions) => import("./index.js").Controller) & import("../options/define.js").Declaration;
export {};
