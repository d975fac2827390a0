import { removeCheckpoint } from "./remove_run.ts";
import { checkpointDir, listCheckpoints, type MetricsRecord, readMetrics } from "./run_folder.ts";

/** Which checkpoints of a run stay. The newest always does. */
export interface KeepRule {
  /** How many of the newest; null: all. */
  readonly keepLast: number | null;
  /** Whether the best one stays beside them. */
  readonly keepBest: boolean;
}

/** Removes the checkpoints that the rule does not keep. Call it once the newest one is on the disk. */
export async function removeOldCheckpoints(dir: string, { keepLast, keepBest }: KeepRule): Promise<void> {
  if (keepLast === null) return;
  const steps = (await listCheckpoints(dir)).map(({ step }) => step);
  const best = keepBest ? bestStep(await readMetrics(dir), steps) : undefined;
  for (const step of steps.slice(keepLast)) if (step !== best) await removeCheckpoint(checkpointDir(dir, step));
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
