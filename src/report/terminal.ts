import { createLogUpdate } from "log-update";
import { colors } from "./colors.ts";
import type { Metrics } from "./metrics.ts";
import { sparkline } from "./sparkline.ts";
import { formatNumber, pad } from "./table.ts";

/** What the view needs of a stream. process.stdout has all of it; a stream that has `write` alone gets plain lines. */
export interface TerminalStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface TerminalViewOptions {
  /** What runs and where, shown once on top. */
  readonly title: string;
  /** The step at which training ends. */
  readonly total: number;
  readonly stream: TerminalStream;
  /** Whether a controller holds an entropy, so that its target in the metrics means something. */
  readonly holdsTarget?: boolean;
  /** A clock in milliseconds that never goes back; default performance.now. */
  readonly now?: () => number;
}

/** Shows a run as it goes. `step` takes each step's metrics, `note` prints a line that stays, `done` leaves the last view standing. */
export interface TerminalView {
  step(metrics: Metrics): void;
  note(text: string): void;
  done(): void;
}

/** A live view with progress and sparklines where the stream is a terminal, else one plain line for each step. */
export function createTerminalView(options: TerminalViewOptions): TerminalView {
  return options.stream.isTTY ? liveView(options) : plainView(options);
}

function plainView({ title, total, stream, holdsTarget }: TerminalViewOptions): TerminalView {
  stream.write(`${title}\n`);
  return {
    step: (metrics) => stream.write(`${plainLine(metrics, total, holdsTarget)}\n`),
    note: (text) => stream.write(`${text}\n`),
    done: () => {},
  };
}

function plainLine(metrics: Metrics, total: number, holdsTarget = false): string {
  const goal = goalOf(metrics, holdsTarget);
  const parts = [
    `step ${metrics.step}/${total}`,
    named("reward", metrics.reward),
    metrics.entropy === undefined ? "" : `entropy ${number(metrics.entropy)}${goal === undefined ? "" : ` (target ${number(goal)})`}`,
    named("alpha", metrics["entropic/alpha"], signed),
    named("gated", metrics["entropic/gated_fraction"]),
    named("loss", metrics.reward === undefined ? metrics.loss : undefined),
    named("pass@1", metrics["eval/pass@1"]),
    named("sampling tokens/s", metrics["sampling/tokens_per_second"], rate),
    named("training tokens/s", metrics["training/tokens_per_second"], rate),
    metrics.step_time === undefined ? "" : `${metrics.step_time.toFixed(2)} s`,
  ];
  return parts.filter(Boolean).join("  ");
}

function named(name: string, value: number | undefined, format = number): string {
  return value === undefined ? "" : `${name} ${format(value)}`;
}

function number(value: number): string {
  return Math.abs(value) >= 1000 ? formatNumber(value) : value.toFixed(3);
}

function signed(value: number): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(3)}`;
}

function rate(value: number): string {
  return formatNumber(value, 3);
}

function liveView({ title, total, stream, holdsTarget = false, now = () => performance.now() }: TerminalViewOptions): TerminalView {
  const draw = createLogUpdate(stream as unknown as NodeJS.WritableStream, { showCursor: true });
  stream.write(`${colors.bold(title)}\n`);
  const history: Metrics[] = [];
  const times: number[] = [now()];
  return {
    step(metrics) {
      history.push(metrics);
      times.push(now());
      draw(liveText(history, { times, total, holdsTarget, columns: stream.columns ?? 80 }));
    },
    note(text) {
      draw.clear();
      stream.write(`${text}\n`);
      if (history.length > 0) draw(liveText(history, { times, total, holdsTarget, columns: stream.columns ?? 80 }));
    },
    done: () => draw.done(),
  };
}

/** The whole view: a progress line, then a row for each metric that the run has. */
function liveText(
  history: readonly Metrics[],
  { times, total, holdsTarget, columns }: { times: readonly number[]; total: number; holdsTarget: boolean; columns: number },
): string {
  const last = history.at(-1)!;
  const rows = metricRows(history, goalOf(last, holdsTarget));
  const width = Math.max(8, Math.min(40, columns - 56));
  const lines = rows.map(({ label, values, value, remark }) =>
    [colors.dim(pad(label, 10)), pad(value, 9, "right"), colors.cyan(pad(sparkline(values, width), width)), colors.dim(remark)]
      .join("  ")
      .trimEnd(),
  );
  return ["", progressLine(last.step, total, times, columns), "", ...lines, ""].join("\n");
}

/** The target that entropy is steered towards; undefined where nothing holds it, or nothing holds it any more. */
function goalOf(metrics: Metrics, holdsTarget: boolean): number | undefined {
  return holdsTarget && !metrics["entropic/released"] ? metrics["entropic/target"] : undefined;
}

interface Row {
  readonly label: string;
  readonly values: readonly (number | undefined)[];
  readonly value: string;
  readonly remark: string;
}

function metricRows(history: readonly Metrics[], target: number | undefined): Row[] {
  const last = history.at(-1)!;
  const offset = last.entropy !== undefined && target !== undefined ? signed(last.entropy - target) : "";
  const evaluated = history.findLast((metrics) => metrics["eval/pass@1"] !== undefined);
  const rows = [
    row(history, "reward", "reward", evaluated ? `pass@1 ${number(evaluated["eval/pass@1"]!)} at step ${evaluated.step}` : ""),
    row(history, "entropy", "entropy", target === undefined ? "nats per token" : `target ${number(target)}, ${offset} off`),
    row(history, "alpha", "entropic/alpha", last["entropic/saturated"] ? "at its limit" : "", signed),
    row(history, "gated", "entropic/gated_fraction", "of the tokens"),
    row(history, "loss", "loss", ""),
    row(history, "sampling", "sampling/tokens_per_second", "tokens/s", rate),
    row(history, "training", "training/tokens_per_second", "tokens/s", rate),
  ];
  return rows.filter(({ values }) => values.some((value) => value !== undefined));
}

function row(history: readonly Metrics[], label: string, metric: Exclude<keyof Metrics, "step">, remark: string, format = number): Row {
  const values = history.map((metrics) => metrics[metric]);
  const last = values.at(-1);
  return { label, values, value: last === undefined ? "" : format(last), remark };
}

function progressLine(step: number, total: number, times: readonly number[], columns: number): string {
  const width = Math.max(10, Math.min(40, columns - 40));
  const filled = Math.min(width, Math.floor((width * step) / total));
  const recent = times.slice(-11);
  const perStep = (recent.at(-1)! - recent[0]!) / (recent.length - 1);
  const left = Math.max(0, total - step);
  const eta = left === 0 ? "done" : `${duration((perStep * left) / 1000)} left`;
  return `${colors.green("█".repeat(filled))}${colors.dim("░".repeat(width - filled))}  ${colors.bold(`step ${step}/${total}`)}  ${eta}`;
}

/** Seconds as people say them: 42 s, 3 min 05 s, 2 h 10 min. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")} min`;
}
