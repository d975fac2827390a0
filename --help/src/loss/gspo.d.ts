/** GSPO (arXiv 2507.18071): PPO's clip of the probability ratio of the whole sequence, which stays far nearer to 1 than a token's. */
export declare const gspo: import("./define.js").LossFactory<import("zod").ZodObject<{
    dualClip: import("zod").ZodPrefault<import("zod").ZodNullable<import("zod").ZodNumber>>;
    clipLow: import("zod").ZodPrefault<import("zod").ZodNumber>;
    clipHigh: import("zod").ZodPrefault<import("zod").ZodNumber>;
}, import("zod/v4/core").$strict>>;
