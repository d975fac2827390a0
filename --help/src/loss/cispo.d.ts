/** MiniMax-M1's CISPO (arXiv 2506.13585): the ratio weighs a token and is not differentiated. */
export declare const cispo: import("./define.js").LossFactory<import("zod").ZodObject<{
    cispoBound: import("zod").ZodPrefault<import("zod").ZodNumber>;
}, import("zod/v4/core").$strict>>;
