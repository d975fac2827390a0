/** "12+34=" -> "46$". A pair of numbers is one problem whichever comes first, so that 34+12 never gives 12+34 away. */
export declare const addition: import("./task.js").TaskFactory<import("zod").ZodObject<{
    digits: import("zod").ZodPrefault<import("zod").ZodNumber>;
    problems: import("zod").ZodPrefault<import("zod").ZodNumber>;
    heldOut: import("zod").ZodPrefault<import("zod").ZodNumber>;
}, import("zod/v4/core").$strict>>;
