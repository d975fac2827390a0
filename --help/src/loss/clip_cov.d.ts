/** Clip-Cov (Cui et al. 2025, arXiv 2505.22617): a few random tokens of high covariance have no loss; the others have PPO's. */
export declare const clipCov: import("./define.js").LossFactory<import("zod").ZodObject<{
    covFraction: import("zod").ZodPrefault<import("zod").ZodNumber>;
    covLow: import("zod").ZodPrefault<import("zod").ZodNumber>;
    covHigh: import("zod").ZodPrefault<import("zod").ZodNumber>;
    dualClip: import("zod").ZodPrefault<import("zod").ZodNullable<import("zod").ZodNumber>>;
    clipLow: import("zod").ZodPrefault<import("zod").ZodNumber>;
    clipHigh: import("zod").ZodPrefault<import("zod").ZodNumber>;
}, import("zod/v4/core").$strict>>;
