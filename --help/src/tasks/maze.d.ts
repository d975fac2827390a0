/**
 * "S./#E:" -> "rd$": walk from S to the exit E, up, down, left or right (u d l r), around walls (#) and within a few moves of the
 * shortest way; the walk ends when it gets there. Every maze can be solved. A maze that is turned, mirrored or walked backwards counts as
 * the same one, so that none of a held-out maze's sixteen views occurs in training. The tag is the length of the shortest way: `steps-4`.
 */
export declare const maze: import("./task.js").TaskFactory<import("zod").ZodObject<{
    size: import("zod").ZodPrefault<import("zod").ZodNumber>;
    walls: import("zod").ZodPrefault<import("zod").ZodNumber>;
    minSteps: import("zod").ZodPrefault<import("zod").ZodNumber>;
    maxSteps: import("zod").ZodPrefault<import("zod").ZodNumber>;
    slack: import("zod").ZodPrefault<import("zod").ZodNumber>;
    problems: import("zod").ZodPrefault<import("zod").ZodNumber>;
    heldOut: import("zod").ZodPrefault<import("zod").ZodNumber>;
}, import("zod/v4/core").$strict>>;
