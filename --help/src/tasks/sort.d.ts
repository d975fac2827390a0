/**
 * "dbBa=" -> "abBd$" or "aBbd$": put letters in alphabetical order, the cases of one letter in any order. A problem is a multiset of
 * letters, so that no order of a held-out one occurs in training. Its tag is its length: `length-7`.
 */
export declare const sort: import("./task.js").TaskFactory<import("zod").ZodObject<{
    length: import("zod").ZodPrefault<import("zod").ZodNumber>;
    minLength: import("zod").ZodPrefault<import("zod").ZodNullable<import("zod").ZodNumber>>;
    letters: import("zod").ZodPrefault<import("zod").ZodNumber>;
    mixedCase: import("zod").ZodPrefault<import("zod").ZodBoolean>;
    problems: import("zod").ZodPrefault<import("zod").ZodNumber>;
    heldOut: import("zod").ZodPrefault<import("zod").ZodNumber>;
}, import("zod/v4/core").$strict>>;
