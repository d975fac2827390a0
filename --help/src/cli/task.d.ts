import { type Task } from "../tasks/index.js";
/** The task of a configuration. @throws UsageError for a name or an option that does not exist */
export declare function readTask(section: unknown): Task;
