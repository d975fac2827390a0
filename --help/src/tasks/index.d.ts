import type { Task, TaskFactory } from "./task.js";
export { defineTask, type Problem, type Split, type Task, type TaskFactory } from "./task.js";
/** Every task by its name in configs: `tasks.countdown({ numbers: 4 })`. A new task is one file and one line here. */
export declare const tasks: {
    /** Use each digit once with + - * to hit the target: 375=022: -> 3*5+7$ */
    readonly countdown: ((options?: CountdownOptions) => Task) & import("../options/define.js").Declaration;
    /** Add two numbers: 12+34= -> 46$ */
    readonly addition: ((options?: AdditionOptions) => Task) & import("../options/define.js").Declaration;
    /** Sort letters, the cases of one letter in any order: dbBa= -> abBd$ or aBbd$ */
    readonly sort: ((options?: SortOptions) => Task) & import("../options/define.js").Declaration;
    /** Walk from S to E around walls, by u d l r: S./#E: -> rd$ */
    readonly maze: ((options?: MazeOptions) => Task) & import("../options/define.js").Declaration;
    /** Several tasks in turn, with the task's name as the tag of a problem */
    readonly mixture: ((options?: MixtureOptions) => Task) & import("../options/define.js").Declaration;
};
/** The task of a config's `task` section: its name and options. Throws on an unknown name or option, naming what is allowed. */
export declare function createTask(config: {
    readonly name: string;
    readonly [option: string]: unknown;
}): Task;
/** The factory of a task, with its option schema. Throws on an unknown name, naming the known ones and the nearest. */
export declare function taskFactory(name: string): TaskFactory;
/** Options of `countdown`. Use each digit once with + - * to hit the target: 375=022: -> 3*5+7$. */
export interface CountdownOptions {
  /** How many numbers a problem gives. Default: 3. */
  readonly numbers?: number;
  /** The largest number. Default: 9. */
  readonly max?: number;
  /** Problems kept for evaluation, at most a fifth of all. Default: 256. */
  readonly heldOut?: number;
  /** Reward of an expression that uses the numbers once but misses the target. Default: 0. */
  readonly partialCredit?: number;
}
/** Options of `addition`. Add two numbers: 12+34= -> 46$. */
export interface AdditionOptions {
  /** Digits of each number, at most. Default: 2. */
  readonly digits?: number;
  /** How many problems to draw, at most; 1+2 and 2+1 count as one. Default: 5000. */
  readonly problems?: number;
  /** Problems kept for evaluation, at most a fifth of all. Default: 256. */
  readonly heldOut?: number;
}
/** Options of `sort`. Sort letters, the cases of one letter in any order: dbBa= -> abBd$ or aBbd$. */
export interface SortOptions {
  /** Letters of the longest problems. Default: 10. */
  readonly length?: number;
  /** Letters of the shortest problems; null is half of length. Default: null. */
  readonly minLength?: number | null;
  /** Size of the alphabet: 4 is a to d. Default: 10. */
  readonly letters?: number;
  /** Whether letters have both cases. Then a and A may stand in any order, so there are many right answers. Default: true. */
  readonly mixedCase?: boolean;
  /** How many problems to draw, at most. Default: 10000. */
  readonly problems?: number;
  /** Problems kept for evaluation, at most a fifth of all. Default: 256. */
  readonly heldOut?: number;
}
/** Options of `maze`. Walk from S to E around walls, by u d l r: S./#E: -> rd$. */
export interface MazeOptions {
  /** Rows and columns. Default: 4. */
  readonly size?: number;
  /** How likely a square is a wall. Default: 0.3. */
  readonly walls?: number;
  /** Moves of the shortest way out, at least. Default: 2. */
  readonly minSteps?: number;
  /** Moves of the shortest way out, at most. Default: 6. */
  readonly maxSteps?: number;
  /** Moves that an answer may take beyond the shortest way out; a detour costs two. Default: 2. */
  readonly slack?: number;
  /** How many problems to draw, at most. Default: 10000. */
  readonly problems?: number;
  /** Problems kept for evaluation, at most a fifth of all. Default: 256. */
  readonly heldOut?: number;
}
/** Options of `mixture`. Several tasks in turn, with the task's name as the tag of a problem. */
export interface MixtureOptions {
  /** The tasks to mix, two or more, each with its own options, such as { name: sort, length: 6 }. Default: [{"name":"countdown"},{"name":"sort"},{"name":"maze"}]. */
  readonly tasks?: { [x: string]: unknown; name: string; }[];
}
