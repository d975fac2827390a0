import { createLogUpdate } from "log-update";
import type { ConformanceOptions } from "../../testing/conformance/run.ts";

/** Shows on standard error how far a check is. */
export interface ProgressView {
  readonly show: NonNullable<ConformanceOptions["onCase"]>;
  readonly end: () => void;
}

type Stream = Pick<typeof process.stderr, "isTTY" | "columns" | "write">;

/** Where there is no terminal, a line is written as often as this, so that the log of a check that hangs ends with the case that does. */
const EVERY_MS = 5000;

/** On a terminal one line that changes; elsewhere lines for a log. */
export function progressView(stream: Stream = process.stderr): ProgressView {
  return stream.isTTY ? terminalView(stream) : logView(stream);
}

function terminalView(stream: Stream): ProgressView {
  const update = createLogUpdate(process.stderr, { showCursor: true });
  const start = performance.now();
  return {
    show: (group, name, done, total) => {
      const seconds = (performance.now() - start) / 1000;
      const left = done < 10 ? "" : `, about ${Math.ceil((seconds / done) * (total - done))} s left`;
      update(`${done} of ${total}${left}: ${group}/${name}`.slice(0, (stream.columns ?? 80) - 1));
    },
    end: () => update.clear(),
  };
}

function logView(stream: Stream): ProgressView {
  let [line, group] = ["", ""];
  const timer = setInterval(() => void stream.write(`${line}\n`), EVERY_MS);
  // A check that fails on its way must not be kept alive.
  timer.unref();
  return {
    show: (own, name, done, total) => {
      line = `${done} of ${total}: ${own}/${name}`;
      if (own !== group) stream.write(`${line}\n`);
      group = own;
    },
    end: () => clearInterval(timer),
  };
}
