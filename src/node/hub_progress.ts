import { createLogUpdate } from "log-update";
import { duration, type TerminalStream } from "../report/terminal.ts";

/** Shows how a download goes on: a line that changes on a terminal, and else a line now and then. */
export interface DownloadView {
  /** How many bytes of all have arrived. */
  show(done: number): void;
  end(): void;
}

interface ViewOptions {
  readonly title: string;
  /** Bytes of all files. */
  readonly total: number;
  readonly stream: TerminalStream;
  readonly now?: () => number;
}

const EVERY_MS = { terminal: 200, log: 10_000 };

export function createDownloadView({ title, total, stream, now = () => performance.now() }: ViewOptions): DownloadView {
  const live = stream.isTTY ? createLogUpdate(stream as unknown as NodeJS.WritableStream, { showCursor: true }) : undefined;
  const started = now();
  let shown = started;
  let had: number | undefined;
  stream.write(`downloading ${title}: ${readableBytes(total)}\n`);
  return {
    show: (done) => {
      // What an earlier try left behind says nothing about how fast bytes arrive.
      had ??= done;
      if (now() - shown < (live ? EVERY_MS.terminal : EVERY_MS.log)) return;
      shown = now();
      const line = progressLine({ title, total, done, had, milliseconds: shown - started });
      if (live) live(line);
      else stream.write(`${line}\n`);
    },
    end: () => live?.clear(),
  };
}

interface State {
  readonly title: string;
  readonly total: number;
  readonly done: number;
  /** Bytes that had arrived before the clock began. */
  readonly had: number;
  readonly milliseconds: number;
}

/** "org/name: 450 MB of 1.0 GB, 12.0 MB/s, 46 s left" */
export function progressLine({ title, total, done, had, milliseconds }: State): string {
  const rate = ((done - had) / Math.max(milliseconds, 1)) * 1000;
  const left = rate > 0 ? `, ${readableBytes(rate)}/s, ${duration((total - done) / rate)} left` : "";
  return `${title}: ${readableBytes(done)} of ${readableBytes(total)}${left}`;
}

function readableBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
