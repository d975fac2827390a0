import { quoted } from "../options/quote.ts";
import { createTask, type Task } from "../tasks/index.ts";
import { UsageError } from "./errors.ts";

/** The task of a configuration. @throws UsageError for a name or an option that does not exist */
export function readTask(section: unknown): Task {
  if (typeof section !== "object" || section === null || !("name" in section) || typeof section.name !== "string") {
    throw new UsageError(`the task is ${quoted(section)}; it must be a mapping such as { name: countdown, numbers: 3, max: 9 }`);
  }
  try {
    return createTask({ ...section, name: section.name });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
