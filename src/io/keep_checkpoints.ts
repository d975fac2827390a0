import { join } from "node:path";
import { isFile } from "./files.ts";
import { isHeld } from "./patient.ts";
import { removeCheckpoint } from "./remove_run.ts";
import { checkpointDir, listCheckpoints, type MetricsRecord, readMetrics } from "./run_folder.ts";

/** Which checkpoints of a run stay. The newest always does. */
export interface KeepRule {
  /** How many of the newest; null: all. */
  readonly keepLast: number | null;
  /** Whether the best one stays beside them. */
  readonly keepBest: boolean;
}

/**
 * Removes the checkpoints that the rule does not keep. Call it once that of the step `saved` is on the disk. It is the newest: what lies
 * above it was refused when the run was resumed, or is not the run's, and stays as it is.
 */
export async function removeOldCheckpoints(dir: string, saved: number, { keepLast, keepBest }: KeepRule): Promise<void> {
  if (keepLast === null) return;
  const steps = await stepsUpTo(saved, dir);
  const best = keepBest ? bestStep(await readMetrics(dir), steps) : undefined;
  for (const step of steps.slice(keepLast)) {
    if (step === best) continue;
    await removeCheckpoint(checkpointDir(dir, step)).catch((error: unknown) => {
      // Another command reads it, and it is removed with the next ones.
      if (!isHeld(error)) throw error;
    });
  }
}

/** The steps of a run's checkpoints, the highest first. Folders that were emptied, but for a user's files, are none. */
async function stepsUpTo(saved: number, dir: string): Promise<number[]> {
  const steps: number[] = [];
  for (const { step, path } of await listCheckpoints(dir)) {
    if (step <= saved && (await isFile(join(path, "state.json")))) steps.push(step);
  }
  return steps;
}

/** The step whose evaluation had the highest pass@1; where none of the steps was evaluated, that of the highest mean reward. */
export function bestStep(metrics: readonly MetricsRecord[], steps: readonly number[]): number | undefined {
  const saved = metrics.filter(({ step }) => steps.includes(step));
  const by = (name: string): { step: number; value: number }[] =>
    saved.flatMap(({ step, [name]: value }) => (typeof value === "number" ? [{ step, value }] : []));
  const evaluated = by("eval/pass@1");
  const measured = evaluated.length > 0 ? evaluated : by("reward");
  return measured.reduce<{ step: number; value: number } | undefined>((a, b) => (a && a.value > b.value ? a : b), undefined)?.step;
}
