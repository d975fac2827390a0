import { NotFiniteError } from "../../gpu/errors.ts";

/** Too many steps in a row were skipped, because their numbers were not finite. The policy is that of the last step that was not. */
export class SkippedStepsError<Result = unknown> extends NotFiniteError {
  override readonly name = "SkippedStepsError";
  /** What the last of these steps measured. */
  readonly result: Result;

  constructor(message: string, result: Result) {
    super(message);
    this.result = result;
  }
}

/** What a watch is told of a step. */
export interface WatchedStep<Result> {
  readonly step: number;
  readonly wasSkipped: boolean;
  /** Names the kernel whose numbers were not finite. `place` says which step it is. */
  explain(place: string): Promise<string | undefined>;
  readonly result: Result;
}

/**
 * Makes the function that watches for steps which are skipped in a row. `option` is the one that sets how many are too many.
 * The function throws SkippedStepsError when a step is one too many.
 */
export function watchSkips<Result>(most: number, option: string): (step: WatchedStep<Result>) => Promise<void> {
  let [count, lastGood] = [0, 0];
  return async ({ step, wasSkipped, explain, result }) => {
    if (count === 0) lastGood = step - 1;
    count = wasSkipped ? count + 1 : 0;
    if (count < most) return;
    const cause = (await explain(`step ${step}`)) ?? `step ${step}: AdamW would make weights of a finite gradient that are not finite`;
    const many = count === 1 ? "a step was" : `${count} steps in a row were`;
    throw new SkippedStepsError(
      `${many} left out because their numbers are not finite (${option}): ${cause}; the weights are those of step ${lastGood}`,
      result,
    );
  };
}
