import { SkippedStepsError } from "../rl/learning/skipped_steps.ts";
import { FailedError } from "./errors.ts";

/**
 * The error that a command ends with. Where too many steps in a row were skipped, `keep` first writes down the last of them and a checkpoint,
 * whose folder it returns; `remedy` ends the message.
 */
export async function afterSkips<Result>(error: unknown, remedy: string, keep: (result: Result) => Promise<string>): Promise<unknown> {
  if (!(error instanceof SkippedStepsError)) return error;
  const checkpoint = await keep(error.result as Result);
  return new FailedError(`${error.message}; last good checkpoint: ${checkpoint}; ${remedy}`);
}
