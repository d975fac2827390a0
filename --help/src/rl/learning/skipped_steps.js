import { NotFiniteError } from "../../gpu/errors.js";
/** Too many steps in a row were skipped, because their numbers were not finite. The policy is that of the last step that was not. */
export class SkippedStepsError extends NotFiniteError {
    name = "SkippedStepsError";
    /** What the last of these steps measured. */
    result;
    constructor(message, result) {
        super(message);
        this.result = result;
    }
}
/**
 * Makes the function that watches for steps which are skipped in a row. `option` is the one that sets how many are too many.
 * The function throws SkippedStepsError when a step is one too many.
 */
export function watchSkips(most, option) {
    let [count, lastGood] = [0, 0];
    return async ({ step, wasSkipped, explain, result }) => {
        if (count === 0)
            lastGood = step - 1;
        count = wasSkipped ? count + 1 : 0;
        if (count < most)
            return;
        const cause = (await explain(`step ${step}`)) ?? `step ${step}: AdamW would make weights of a finite gradient that are not finite`;
        const many = count === 1 ? "a step was" : `${count} steps in a row were`;
        throw new SkippedStepsError(`${many} left out because their numbers are not finite (${option}): ${cause}; the weights are those of step ${lastGood}`, result);
    };
}
