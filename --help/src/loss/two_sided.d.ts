/** INTELLECT-2's clip on both sides (arXiv 2505.07291). */
export declare const twoSided: import("./define.js").LossFactory<import("zod").ZodObject<{
    delta: import("zod").ZodPrefault<import("zod").ZodNumber>;
    clipLow: import("zod").ZodPrefault<import("zod").ZodNumber>;
    clipHigh: import("zod").ZodPrefault<import("zod").ZodNumber>;
}, import("zod/v4/core").$strict>>;
