import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { completedCell } from "../experiments/framework/cell_folder.ts";
import type { CellWatch, CellWorker } from "../experiments/framework/run_study.ts";
import { FailedError } from "./errors.ts";
import type { FromJob, StudyOrder, ToJob } from "./study_messages.ts";

/** Processes that run cells, each on a device of its own. */
export interface Jobs {
  readonly workers: readonly CellWorker[];
  readonly adapter: string;
  close(): void;
}

const JOB = fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "./study_job.ts" : "./study_job.js", import.meta.url));

/** Starts so many jobs and waits until each has its device. */
export async function openJobs(count: number, order: StudyOrder): Promise<Jobs> {
  const children = Array.from({ length: count }, () => fork(JOB, [], { env: environmentOf(count), serialization: "advanced" }));
  const close = (): void => children.forEach((child) => void (child.connected && child.disconnect()));
  try {
    const ready = await Promise.all(children.map((child) => ask(child, { kind: "open", order }, () => undefined)));
    const { adapter } = ready[0] as Extract<FromJob, { kind: "ready" }>;
    return { adapter, close, workers: children.map((child) => workerOf(child, order, adapter)) };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * lavapipe takes all cores for every device unless it is told otherwise; jobs share them. With 0 it starts no threads beside the one that
 * takes its commands, which spares every dispatch the hand-over to another thread.
 */
function environmentOf(jobs: number): NodeJS.ProcessEnv {
  const share = Math.floor(availableParallelism() / jobs);
  return { LP_NUM_THREADS: String(share > 1 ? share : 0), ...process.env };
}

function workerOf(child: ChildProcess, { dir }: StudyOrder, adapter: string): CellWorker {
  return async (cell, config, watch) => {
    const stop = (): void => send(child, { kind: "stop" });
    watch.signal.addEventListener("abort", stop);
    try {
      watch.signal.throwIfAborted();
      await ask(child, { kind: "run", cell: cell.name, config }, (message) => show(message, watch));
    } catch (error) {
      throw watch.signal.aborted ? watch.signal.reason : error;
    } finally {
      watch.signal.removeEventListener("abort", stop);
    }
    const result = await completedCell(cell, config, { dir, adapter });
    if (!result) throw new FailedError(`the run ${cell.name} ended, but its folder in ${dir} is not whole; start the same command again`);
    return result;
  };
}

function show(message: FromJob, watch: CellWatch): void {
  if (message.kind === "metrics") watch.onMetrics(message.metrics);
  if (message.kind === "warm-up") watch.onStep(message.step, message.steps);
}

/** Sends a request and waits for its end: the job's answer, its error, or the end of its process. */
function ask(child: ChildProcess, request: ToJob, hear: (message: FromJob) => void): Promise<FromJob> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: FromJob): void => {
      if (message.kind === "done" || message.kind === "ready") settle(() => resolve(message));
      else if (message.kind === "failed") settle(() => reject(Object.assign(new Error(message.message), { name: message.name })));
      else hear(message);
    };
    const onExit = (code: number | null, signal: string | null): void => {
      const how = signal ?? `exit code ${code}`;
      settle(() => reject(new FailedError(`a job of the study ended by itself (${how}); start the same command again to go on`)));
    };
    const settle = (end: () => void): void => {
      child.off("message", onMessage);
      child.off("exit", onExit);
      end();
    };
    child.on("message", onMessage);
    child.on("exit", onExit);
    // One that ended between two requests says so no more.
    if (child.exitCode !== null || child.signalCode !== null) onExit(child.exitCode, child.signalCode);
    else send(child, request);
  });
}

function send(child: ChildProcess, message: ToJob): void {
  if (child.connected) child.send(message);
}
