import { registered } from "../options/define.js";
import { addition } from "./addition.js";
import { countdown } from "./countdown.js";
import { maze } from "./maze.js";
import { mixtureOf } from "./mixture.js";
import { sort } from "./sort.js";
export { defineTask } from "./task.js";
/** Every task by its name in configs: `tasks.countdown({ numbers: 4 })`. A new task is one file and one line here. */
export const tasks = { countdown, addition, sort, maze, mixture: mixtureOf((config) => createTask(config)) };
/** The task of a config's `task` section: its name and options. Throws on an unknown name or option, naming what is allowed. */
export function createTask(config) {
    const { name, ...options } = config;
    return taskFactory(name)(options);
}
/** The factory of a task, with its option schema. Throws on an unknown name, naming the known ones and the nearest. */
export function taskFactory(name) {
    // The factories of the registry differ in the type of their options, and each checks its own.
    return registered(tasks, name, "task.name");
}
