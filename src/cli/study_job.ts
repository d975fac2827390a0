/** A process that runs cells of a study, one at a time, for the command `experiment --jobs`. It reads and writes the study's folder itself. */
import { join } from "node:path";
import type { Cell } from "../experiments/framework/cell.ts";
import type { Host } from "../experiments/framework/host.ts";
import { workerHere } from "../experiments/framework/run_study.ts";
import { studies } from "../experiments/index.ts";
import { openDevice } from "../node/open_device.ts";
import { quietDawn } from "../node/quiet_dawn.ts";
import { withRunLock } from "../node/run_lock.ts";
import { studyHost } from "../node/study_host.ts";
import type { TrainConfig } from "../rl/config/index.ts";
import type { FromJob, StudyOrder, ToJob } from "./study_messages.ts";

interface Opened {
  readonly order: StudyOrder;
  readonly cells: ReadonlyMap<string, Cell>;
  readonly host: Host;
}

quietDawn();
const stop = new AbortController();
let opened: Opened | undefined;
let isBusy = false;

// Ctrl-C reaches every process of a terminal. The process that started this one hears it too, and says when to stop.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
process.on("SIGTERM", stopSoon);
process.on("disconnect", stopSoon);
process.on("message", (message: ToJob) => {
  if (message.kind === "stop") stopSoon();
  else void answer(message);
});

/** A cell that runs is saved between two steps first. */
function stopSoon(): void {
  stop.abort(new Error("stopped"));
  if (!isBusy) process.exit(0);
}

async function answer(message: Exclude<ToJob, { kind: "stop" }>): Promise<void> {
  isBusy = true;
  try {
    if (message.kind === "open") {
      opened = await open(message.order);
      tell({ kind: "ready", adapter: opened.host.device.name });
    } else {
      await run(opened!, message.cell, message.config);
      tell({ kind: "done" });
    }
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    tell({ kind: "failed", name, message });
  }
  isBusy = false;
  if (stop.signal.aborted) process.exit(0);
}

async function open(order: StudyOrder): Promise<Opened> {
  const { settings, shipped, quick } = order;
  const { cells } = studies[order.study]!.prepare(settings, { quick, shipped });
  const device = await openDevice({ adapter: order.adapter });
  return { order, host: studyHost(device), cells: new Map(cells.map((cell) => [cell.name, cell])) };
}

/** A cell has a lock of its own, because a job may outlive the process that started it by a step. */
async function run({ order: { dir, overwrite }, cells, host }: Opened, name: string, config: TrainConfig): Promise<void> {
  const work = workerHere(host, dir, { overwrite });
  await withRunLock(join(dir, name), () =>
    work(cells.get(name)!, config, {
      signal: stop.signal,
      onMetrics: (metrics) => tell({ kind: "metrics", metrics }),
      onStep: (step, steps) => tell({ kind: "warm-up", step, steps }),
    }),
  );
}

/** The process that started this one may end at any time. Then nobody is told, and `disconnect` stops the work. */
function tell(message: FromJob): void {
  if (process.connected) process.send!(message, undefined, {}, () => undefined);
}
