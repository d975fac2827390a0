import { createLogUpdate } from "log-update";
import colors from "picocolors";
import type { Metrics } from "../../report/metrics.ts";
import { sparkline } from "../../report/sparkline.ts";
import { duration, type TerminalStream } from "../../report/terminal.ts";

/** What a study tells while it runs. */
export interface Progress {
  begin(cell: string, steps: number, work: number): void;
  warmUp(step: number, steps: number): void;
  step(metrics: Metrics): void;
  end(): void;
  /** A cell that an earlier session completed. */
  skip(cell: string, work: number): void;
  note(text: string): void;
  done(): void;
}

export interface ProgressOptions {
  readonly title: string;
  readonly cells: number;
  /** Work of all cells (workOf); time left is estimated from it. */
  readonly work: number;
  readonly stream: TerminalStream;
  /** Milliseconds that only grow; default performance.now. */
  readonly now?: () => number;
}

interface Running {
  readonly name: string;
  readonly steps: number;
  readonly work: number;
  readonly started: number;
  /** When the first step began: what comes before (a warm start, compiling) does not come again. */
  trained: number;
  readonly entropies: number[];
  step: number;
  warm: string;
}

/** One line per finished cell; on a terminal also a live view of the one that runs. */
export function createProgress(options: ProgressOptions): Progress {
  const { title, stream, now = () => performance.now() } = options;
  const live = stream.isTTY ? createLogUpdate(stream as unknown as NodeJS.WritableStream, { showCursor: true }) : undefined;
  const count = { started: 0, workDone: 0, workRun: 0, busy: 0 };
  let running: Running | undefined;
  stream.write(`${live ? colors.bold(title) : title}\n`);

  const left = (): string => {
    const doneNow = running ? (running.work * running.step) / Math.max(1, running.steps) : 0;
    const busy = count.busy + (running ? now() - running.trained : 0);
    const rate = (count.workRun + doneNow) / busy;
    if (!(rate > 0)) return "";
    return `${duration((options.work - count.workDone - doneNow) / rate / 1000)} left`;
  };
  const place = (): string => `[${String(count.started).padStart(String(options.cells).length)}/${options.cells}]`;
  const line = (text: string): void => {
    live?.clear();
    stream.write(`${text}\n`);
  };
  const draw = (): void => {
    if (!live || !running) return;
    const share = (count.workDone + (running.work * running.step) / running.steps) / options.work;
    const filled = Math.round(30 * Math.min(1, share));
    const bar = colors.green("█".repeat(filled)) + colors.dim("░".repeat(30 - filled));
    const state = running.warm || `step ${running.step}/${running.steps}`;
    const entropy = running.entropies.length > 0 ? `entropy ${running.entropies.at(-1)!.toFixed(3)}` : "";
    live(`\n${bar}  ${place()}  ${left()}\n${running.name}  ${state}  ${entropy}  ${colors.cyan(sparkline(running.entropies, 30))}\n`);
  };
  return {
    begin: (name, steps, work) => {
      count.started += 1;
      running = { name, steps, work, started: now(), trained: now(), entropies: [], step: 0, warm: "" };
      draw();
    },
    warmUp: (step, steps) => {
      if (!running) return;
      running.warm = `warm start, step ${step}/${steps}`;
      draw();
    },
    step: ({ step, entropy, "eval/entropy": evaluated }) => {
      if (!running) return;
      if (step === 0) running.trained = now();
      running.step = step;
      running.warm = "";
      const value = entropy ?? evaluated;
      if (value !== undefined) running.entropies.push(value);
      draw();
    },
    end: () => {
      if (!running) return;
      const { name, steps, work, started, trained, entropies } = running;
      count.workDone += work;
      count.workRun += work;
      count.busy += now() - trained;
      running = undefined;
      const entropy = `entropy ${entropies[0]?.toFixed(3)} -> ${entropies.at(-1)?.toFixed(3)}`;
      line(`${place()} ${name}  ${steps} steps  ${entropy}  ${((now() - started) / 1000).toFixed(1)} s  ${left()}`.trimEnd());
    },
    skip: (name, work) => {
      count.started += 1;
      count.workDone += work;
      line(`${place()} ${name}  complete already`);
    },
    note: (text) => {
      line(text);
      draw();
    },
    done: () => live?.done(),
  };
}
