/** REINFORCE (Williams 1992): -A logp. */
export declare const reinforce: import("./define.js").LossFactory<import("zod").ZodObject<{}, import("zod/v4/core").$strict>>;
