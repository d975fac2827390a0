import { createLogUpdate } from "log-update";
import { colors } from "../../report/colors.ts";
import type { Metrics } from "../../report/metrics.ts";
import { sparkline } from "../../report/sparkline.ts";
import { duration, type TerminalStream } from "../../report/terminal.ts";

/** What a study shows while it runs. */
export interface Progress {
  begin(cell: string, steps: number, work: number): CellProgressView;
  /** Shows a cell that an earlier session completed. */
  skip(cell: string, work: number): void;
  note(text: string): void;
  done(): void;
}

/** What a study shows of one cell. Several may run at once. */
export interface CellProgressView {
  warmUp(step: number, steps: number): void;
  step(metrics: Metrics): void;
  end(): void;
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
  readonly entropies: number[];
  /** The first step that this session saw, with its time. What came before it (a warm start, compiling) says nothing about the steps to come. */
  from: { readonly step: number; readonly at: number } | undefined;
  step: number;
  warm: string;
}

/** Cells that have ended and work done so far, and the part of that work that this session did. */
interface Tally {
  ended: number;
  workDone: number;
  workRun: number;
  /** When the first step of this session began. */
  trainedSince: number | undefined;
}

/** One line per finished cell; on a terminal also a live view of those that run. */
export function createProgress(options: ProgressOptions): Progress {
  const { title, stream, now = () => performance.now() } = options;
  const live = stream.isTTY ? createLogUpdate(stream as unknown as NodeJS.WritableStream, { showCursor: true }) : undefined;
  const tally: Tally = { ended: 0, workDone: 0, workRun: 0, trainedSince: undefined };
  const running = new Set<Running>();
  stream.write(`${live ? colors.bold(title) : title}\n`);

  const place = (): string => `[${String(tally.ended).padStart(String(options.cells).length)}/${options.cells}]`;
  const left = (): string => timeLeft(options.work, tally, running, now());
  const line = (text: string): void => {
    live?.clear();
    stream.write(`${text}\n`);
  };
  const draw = (): void => {
    if (running.size > 0) live?.(liveText(running, share(options.work, tally, running), `${place()}  ${left()}`));
  };
  const view = (cell: Running): CellProgressView => ({
    warmUp: (step, steps) => {
      cell.warm = `warm start, step ${step}/${steps}`;
      draw();
    },
    step: (metrics) => {
      advance(cell, metrics, now());
      tally.trainedSince ??= now();
      draw();
    },
    end: () => {
      running.delete(cell);
      tally.ended += 1;
      tally.workDone += cell.work;
      tally.workRun += workThisSession(cell);
      line(`${place()} ${endText(cell, now())}  ${left()}`.trimEnd());
      draw();
    },
  });
  return {
    begin: (name, steps, work) => {
      const cell = { name, steps, work, started: now(), entropies: [], from: undefined, step: 0, warm: "" };
      running.add(cell);
      draw();
      return view(cell);
    },
    skip: (name, work) => {
      tally.ended += 1;
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

function advance(cell: Running, { step, entropy, "eval/entropy": evaluated }: Metrics, now: number): void {
  cell.from ??= { step, at: now };
  cell.step = step;
  cell.warm = "";
  const value = entropy ?? evaluated;
  if (value !== undefined) cell.entropies.push(value);
}

function workOfSteps({ work, step, steps }: Running): number {
  return (work * step) / Math.max(1, steps);
}

function workThisSession({ work, step, steps, from }: Running): number {
  return from ? (work * (step - from.step)) / Math.max(1, steps) : 0;
}

/** The share of all work that is done. */
function share(work: number, { workDone }: Tally, running: ReadonlySet<Running>): number {
  return Math.min(1, (workDone + total(running, workOfSteps)) / work);
}

function total(running: ReadonlySet<Running>, of: (cell: Running) => number): number {
  return [...running].reduce((sum, cell) => sum + of(cell), 0);
}

/** The time left in words. It is empty until there is a rate to estimate it from. */
function timeLeft(work: number, { workDone, workRun, trainedSince }: Tally, running: ReadonlySet<Running>, now: number): string {
  const rate = (workRun + total(running, workThisSession)) / (now - (trainedSince ?? now));
  return rate > 0 && Number.isFinite(rate) ? `${duration((work - workDone - total(running, workOfSteps)) / rate / 1000)} left` : "";
}

function liveText(running: ReadonlySet<Running>, share: number, place: string): string {
  const filled = Math.round(30 * share);
  const bar = colors.green("█".repeat(filled)) + colors.dim("░".repeat(30 - filled));
  const cells = [...running].map(({ name, step, steps, warm, entropies }) => {
    const entropy = entropies.length > 0 ? `entropy ${entropies.at(-1)!.toFixed(3)}` : "";
    return `${name}  ${warm || `step ${step}/${steps}`}  ${entropy}  ${colors.cyan(sparkline(entropies, 30))}`;
  });
  return `\n${bar}  ${place}\n${cells.join("\n")}\n`;
}

function endText({ name, steps, started, entropies }: Running, now: number): string {
  const entropy = `entropy ${entropies[0]?.toFixed(3)} -> ${entropies.at(-1)?.toFixed(3)}`;
  return `${name}  ${steps} steps  ${entropy}  ${((now - started) / 1000).toFixed(1)} s`;
}
