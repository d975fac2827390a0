import { createLogUpdate } from "log-update";
import colors from "picocolors";
import type { Metrics } from "../../report/metrics.ts";
import { sparkline } from "../../report/sparkline.ts";
import { duration, type TerminalStream } from "../../report/terminal.ts";

/** What a study shows while it runs. */
export interface Progress {
  begin(cell: string, steps: number, work: number): void;
  warmUp(step: number, steps: number): void;
  step(metrics: Metrics): void;
  end(): void;
  /** Shows a cell that an earlier session completed. */
  skip(cell: string, work: number): void;
  note(text: string): void;
  done(): void;
}

export interface ProgressOptions {
  readonly title: string;
  readonly cells: number;
  /** Work of all cells (workOf), from which the time left is estimated. */
  readonly work: number;
  readonly stream: TerminalStream;
  /** A clock in milliseconds that never goes back; default performance.now. */
  readonly now?: () => number;
}

interface Running {
  readonly name: string;
  readonly steps: number;
  readonly work: number;
  readonly started: number;
  /** When the first step began. The time before it (a warm start, compiling) says nothing about the steps to come. */
  trained: number;
  readonly entropies: number[];
  step: number;
  warm: string;
}

/** Cells begun and work done so far, and the part of that work that this session did, with the milliseconds it took. */
interface Tally {
  started: number;
  workDone: number;
  workRun: number;
  busy: number;
}

/** One line per finished cell; on a terminal also a live view of the one that runs. */
export function createProgress(options: ProgressOptions): Progress {
  const { title, stream, now = () => performance.now() } = options;
  const live = stream.isTTY ? createLogUpdate(stream as unknown as NodeJS.WritableStream, { showCursor: true }) : undefined;
  const tally: Tally = { started: 0, workDone: 0, workRun: 0, busy: 0 };
  let running: Running | undefined;
  stream.write(`${live ? colors.bold(title) : title}\n`);

  const place = (): string => `[${String(tally.started).padStart(String(options.cells).length)}/${options.cells}]`;
  const left = (): string => timeLeft(options.work, tally, running, now());
  const line = (text: string): void => {
    live?.clear();
    stream.write(`${text}\n`);
  };
  const draw = (): void => {
    if (running) live?.(liveText(running, share(options.work, tally, running), `${place()}  ${left()}`));
  };
  return {
    begin: (name, steps, work) => {
      tally.started += 1;
      running = { name, steps, work, started: now(), trained: now(), entropies: [], step: 0, warm: "" };
      draw();
    },
    warmUp: (step, steps) => {
      if (running) running.warm = `warm start, step ${step}/${steps}`;
      draw();
    },
    step: (metrics) => {
      if (running) advance(running, metrics, now());
      draw();
    },
    end: () => {
      if (!running) return;
      settle(tally, running, now());
      const ended = endText(running, now());
      running = undefined;
      line(`${place()} ${ended}  ${left()}`.trimEnd());
    },
    skip: (name, work) => {
      tally.started += 1;
      tally.workDone += work;
      line(`${place()} ${name}  complete already`);
    },
    note: (text) => {
      line(text);
      draw();
    },
    done: () => live?.done(),
  };
}

function advance(running: Running, { step, entropy, "eval/entropy": evaluated }: Metrics, now: number): void {
  if (step === 0) running.trained = now;
  running.step = step;
  running.warm = "";
  const value = entropy ?? evaluated;
  if (value !== undefined) running.entropies.push(value);
}

function settle(tally: Tally, { work, trained }: Running, now: number): void {
  tally.workDone += work;
  tally.workRun += work;
  tally.busy += now - trained;
}

function workOfSteps({ work, step, steps }: Running): number {
  return (work * step) / Math.max(1, steps);
}

/** The share of all work that is done. */
function share(work: number, { workDone }: Tally, running: Running): number {
  return Math.min(1, (workDone + workOfSteps(running)) / work);
}

/** The time left in words. It is empty until there is a rate to estimate it from. */
function timeLeft(work: number, { workDone, workRun, busy }: Tally, running: Running | undefined, now: number): string {
  const current = running ? workOfSteps(running) : 0;
  const rate = (workRun + current) / (busy + (running ? now - running.trained : 0));
  return rate > 0 ? `${duration((work - workDone - current) / rate / 1000)} left` : "";
}

function liveText({ name, step, steps, warm, entropies }: Running, share: number, place: string): string {
  const filled = Math.round(30 * share);
  const bar = colors.green("█".repeat(filled)) + colors.dim("░".repeat(30 - filled));
  const entropy = entropies.length > 0 ? `entropy ${entropies.at(-1)!.toFixed(3)}` : "";
  const state = warm || `step ${step}/${steps}`;
  return `\n${bar}  ${place}\n${name}  ${state}  ${entropy}  ${colors.cyan(sparkline(entropies, 30))}\n`;
}

function endText({ name, steps, started, entropies }: Running, now: number): string {
  const entropy = `entropy ${entropies[0]?.toFixed(3)} -> ${entropies.at(-1)?.toFixed(3)}`;
  return `${name}  ${steps} steps  ${entropy}  ${((now - started) / 1000).toFixed(1)} s`;
}
