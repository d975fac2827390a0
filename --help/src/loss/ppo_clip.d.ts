/** PPO's clipped surrogate (Schulman et al. 2017, arXiv 1707.06347), with a dual clip where one is given. */
export declare const ppoClip: import("./define.js").LossFactory<import("zod").ZodObject<{
    dualClip: import("zod").ZodPrefault<import("zod").ZodNullable<import("zod").ZodNumber>>;
    clipLow: import("zod").ZodPrefault<import("zod").ZodNumber>;
    clipHigh: import("zod").ZodPrefault<import("zod").ZodNumber>;
}, import("zod/v4/core").$strict>>;
