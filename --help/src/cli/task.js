import { quoted } from "../options/quote.js";
import { createTask } from "../tasks/index.js";
import { UsageError } from "./errors.js";
/** The task of a configuration. @throws UsageError for a name or an option that does not exist */
export function readTask(section) {
    if (typeof section !== "object" || section === null || !("name" in section) || typeof section.name !== "string") {
        throw new UsageError(`the task is ${quoted(section)}; it must be a mapping such as { name: countdown, numbers: 3, max: 9 }`);
    }
    try {
        return createTask({ ...section, name: section.name });
    }
    catch (error) {
        throw new UsageError(error instanceof Error ? error.message : String(error));
    }
}
