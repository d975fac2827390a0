import { appendFile, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { patiently } from "../io/patient.ts";
import { EVENT_FILES } from "../io/run_folder.ts";
import type { Reporter } from "../report/reporter.ts";
import { fileHeader, scalarsRecord, sessionStart, upToStep } from "../report/tensorboard.ts";

/**
 * Opens a new event file of TensorBoard in the folder of a run. What earlier files say of steps after `step`, which a resumed run takes
 * again, is cut off them. `last` is the last step that they keep; -1 without any.
 */
export async function createEventFile(
  dir: string,
  step: number,
  warn: (line: string) => void,
): Promise<{ readonly reporter: Reporter; readonly last: number }> {
  const last = await cutEarlierFiles(dir, step);
  const path = join(dir, `${EVENT_FILES}${Math.floor(now())}.${hostname()}.${process.pid}.${Math.round(performance.now())}`);
  await writeFile(path, Buffer.concat([fileHeader(now()), ...(last < 0 ? [] : [sessionStart(last + 1, now())])]));
  let writing: Promise<void> = Promise.resolve();
  let hasWarned = false;
  const report: Reporter["report"] = (reported) => {
    const record = scalarsRecord(reported, now());
    writing = writing
      .then(() => patiently(() => appendFile(path, record)))
      .catch((error: NodeJS.ErrnoException) => {
        if (!hasWarned) warn(`${path} could not be written (${error.code}); metrics.jsonl has all that it lacks`);
        hasWarned = true;
      });
  };
  return { last, reporter: { report, close: () => writing } };
}

async function cutEarlierFiles(dir: string, step: number): Promise<number> {
  let last = -1;
  for (const name of (await readdir(dir)).filter((one) => one.startsWith(EVENT_FILES))) {
    const path = join(dir, name);
    const file = await readFile(path);
    const kept = upToStep(file, step);
    if (kept.length < file.length) await truncate(path, kept.length);
    last = Math.max(last, kept.last ?? -1);
  }
  return last;
}

const now = (): number => Date.now() / 1000;
