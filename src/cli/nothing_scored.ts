import { readMetrics } from "../io/run_folder.ts";
import { FailedError } from "./errors.ts";

/** Fails a run none of whose steps has a score. `reason` is what a reward first failed on. @throws FailedError in one line */
export async function requireScores(dir: string, reason: string | undefined): Promise<void> {
  const unscored = (await readMetrics(dir)).flatMap(({ frac_unscored: share }) => (typeof share === "number" ? [share] : []));
  if (unscored.length === 0 || unscored.some((share) => share < 1)) return;
  const fact = `nothing was scored in ${unscored.length} ${unscored.length === 1 ? "step" : "steps"}, so nothing was learned`;
  throw new FailedError(`${fact}; ${because(reason)}`);
}

/** Fails an evaluation none of whose completions has a score: its pass@k counts them as wrong, and says nothing. @throws FailedError in one line */
export function requireReward(reward: number | undefined, reason: string | undefined): void {
  if (reward === undefined) throw new FailedError(`nothing was scored, so every completion counts as wrong; ${because(reason)}`);
}

function because(reason: string | undefined): string {
  return reason === undefined ? "the rewards gave null for every completion" : `the first reason: ${reason}`;
}
