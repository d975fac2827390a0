import { type Task } from "./task.js";
/**
 * Several tasks in one: their problems in turn, each with its own prompts, answers and reward. A problem's tag is the name of its task,
 * so that entropy can be held task by task (`entropy.classBy: tag`). In training the problems of smaller tasks repeat, so that every task
 * has the same share. Evaluation repeats none and starts with equal shares.
 */
export declare function mixtureOf(create: (config: {
    readonly name: string;
}) => Task): import("./task.js").TaskFactory<import("zod").ZodObject<{
    tasks: import("zod").ZodPrefault<import("zod").ZodArray<import("zod").ZodObject<{
        name: import("zod").ZodString;
    }, import("zod/v4/core").$loose>>>;
}, import("zod/v4/core").$strict>>;
