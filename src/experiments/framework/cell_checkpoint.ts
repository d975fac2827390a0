import { removeOldCheckpoints } from "../../io/keep_checkpoints.ts";
import { planLogRepair } from "../../io/log_repair.ts";
import { removeCheckpointsAndPictures } from "../../io/remove_run.ts";
import { CHECKPOINTS, checkpointDir, readMetrics, syncLogs } from "../../io/run_folder.ts";
import { sweepRunFolder } from "../../io/sweep.ts";
import type { Metrics } from "../../report/metrics.ts";
import type { PolicyModel } from "../../rl/model.ts";
import type { Trainer } from "../../rl/trainer.ts";
import type { Cell } from "./cell.ts";
import { readObservations, readSeconds, writeObservations, writeSeconds } from "./cell_folder.ts";
import type { Host, RunPoint } from "./host.ts";

/** What a cell that was cut short had measured at its last checkpoint. */
export interface CellProgress {
  readonly metrics: readonly Metrics[];
  readonly observations: readonly unknown[];
  readonly seconds: number;
}

/** Saves a cell between two steps. Only the newest checkpoint stays. */
export async function saveCell(host: Host, folder: string, work: { trainer: Trainer; model: PolicyModel; seconds: number }): Promise<void> {
  const { trainer, model, seconds } = work;
  const stored = await trainer.store();
  await writeSeconds(folder, seconds);
  // The logs are on the disk before the checkpoint that goes on from them.
  const logs = await syncLogs(folder);
  await host.saveRun(checkpointDir(folder, trainer.step), model, { ...stored, logs });
  await removeOldCheckpoints(folder, trainer.step, { keepLast: 1, keepBest: false });
}

/** Brings a folder's logs to where they were at a checkpoint, and reads them. Undefined where they cannot be brought there. */
export async function returnTo(point: RunPoint, cell: Cell, folder: string): Promise<CellProgress | undefined> {
  const observations = cell.observe ? await readObservations(folder, point.step) : [];
  const place = { dir: folder, step: point.step, checkpoint: point.path, recorded: point.logs };
  const repair = await planLogRepair(place).catch((error: Error) => {
    if (error.name !== "FileError") throw error;
    return undefined;
  });
  if (observations === undefined || repair === undefined) return undefined;
  await sweepRunFolder(folder);
  await repair.apply();
  if (cell.observe) await writeObservations(folder, observations);
  return { metrics: (await readMetrics(folder)) as Metrics[], observations, seconds: await readSeconds(folder) };
}

/** Removes the checkpoints of a cell, which is complete. */
export async function removeCheckpoints(folder: string): Promise<void> {
  await removeCheckpointsAndPictures(`${folder}/${CHECKPOINTS}`, `${folder}/plots`);
}
