/**
 * "375=022:" -> "3*5+7$": use each digit once with +, - and * (usual precedence, no brackets) to hit the target. A problem is a
 * multiset of digits with a reachable target of zero or more; the digits of its prompt stand in an order drawn by its hash.
 * Three digits up to 9 make 1,418 problems with 3.6 right answers on average.
 */
export declare const countdown: import("./task.js").TaskFactory<import("zod").ZodObject<{
    numbers: import("zod").ZodPrefault<import("zod").ZodNumber>;
    max: import("zod").ZodPrefault<import("zod").ZodNumber>;
    heldOut: import("zod").ZodPrefault<import("zod").ZodNumber>;
    partialCredit: import("zod").ZodPrefault<import("zod").ZodNumber>;
}, import("zod/v4/core").$strict>>;
