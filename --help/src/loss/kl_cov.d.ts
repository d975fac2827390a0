/** KL-Cov (Cui et al. 2025, arXiv 2505.22617): the tokens of highest covariance pay a penalty for change, and nothing is clipped. */
export declare const klCov: import("./define.js").LossFactory<import("zod").ZodObject<{
    covFraction: import("zod").ZodPrefault<import("zod").ZodNumber>;
    covCoef: import("zod").ZodPrefault<import("zod").ZodNumber>;
}, import("zod/v4/core").$strict>>;
