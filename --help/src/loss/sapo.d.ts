/** SAPO (arXiv 2511.20347): a gate that closes smoothly as the ratio leaves 1. */
export declare const sapo: import("./define.js").LossFactory<import("zod").ZodObject<{
    sapoPositive: import("zod").ZodPrefault<import("zod").ZodNumber>;
    sapoNegative: import("zod").ZodPrefault<import("zod").ZodNumber>;
}, import("zod/v4/core").$strict>>;
