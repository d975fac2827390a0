import { registered } from "../options/define.ts";
import { addition } from "./addition.ts";
import { codes } from "./codes.ts";
import { countdown } from "./countdown.ts";
import { maze } from "./maze.ts";
import { mixtureOf } from "./mixture.ts";
import { scratchpad } from "./scratchpad.ts";
import { sort } from "./sort.ts";
import type { Task, TaskFactory } from "./task.ts";

export { defineTask, type Problem, type Split, type Task, type TaskFactory, type TextProblem } from "./task.ts";

/** Every task by its name in configs: `tasks.countdown({ numbers: 4 })`. A new task is one file and one line here. */
export const tasks = { countdown, addition, sort, maze, codes, scratchpad, mixture: mixtureOf((config) => createTask(config)) } as const;

/** The task of a config's `task` section: its name and options. Throws on an unknown name or option, naming what is allowed. */
export function createTask(config: { readonly name: string; readonly [option: string]: unknown }): Task {
  const { name, ...options } = config;
  return taskFactory(name)(options);
}

/** The factory of a task, with its option schema. Throws on an unknown name, naming the known ones and the nearest. */
export function taskFactory(name: string): TaskFactory {
  // The factories of the registry differ in the type of their options, and each checks its own.
  return registered(tasks as unknown as Readonly<Record<string, TaskFactory>>, name, "task.name");
}
