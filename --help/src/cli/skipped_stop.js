import { SkippedStepsError } from "../rl/learning/skipped_steps.js";
import { FailedError } from "./errors.js";
/**
 * The error that a command ends with. Where too many steps in a row were skipped, `keep` first writes down the last of them and a checkpoint,
 * whose folder it returns; `remedy` ends the message.
 */
export async function afterSkips(error, remedy, keep) {
    if (!(error instanceof SkippedStepsError))
        return error;
    const checkpoint = await keep(error.result);
    return new FailedError(`${error.message}; last good checkpoint: ${checkpoint}; ${remedy}`);
}
