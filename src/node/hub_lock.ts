import { randomUUID } from "node:crypto";
import { readFile, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { removeFile } from "../io/patient.ts";
import { writeError } from "../io/write_whole.ts";
import { createWith, isAlive } from "./lock_file.ts";

/** How often a holder renews its lock, after how long without that it is free, and how often whoever waits looks. */
const [RENEW_MS, FREE_MS, LOOK_MS] = [5_000, 60_000, 200];

/**
 * Runs `work` while no other process works on a file that is downloaded. `waits` hears once who does, where one does. Who finds a lock free
 * takes it without asking twice: a download is checked in the end, so two that meet after all only have to begin anew.
 */
export async function withDownloadLock<Result>(
  path: string,
  waits: (holder: string) => void,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = `${path}.lock`;
  const text = JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() });
  await take(lock, text, waits);
  const renew = (): void => void utimes(lock, new Date(), new Date()).catch(() => undefined);
  const renewing = setInterval(renew, RENEW_MS).unref();
  try {
    return await work();
  } finally {
    clearInterval(renewing);
    if ((await textOf(lock)) === text) await removeFile(lock);
  }
}

async function take(lock: string, text: string, waits: (holder: string) => void): Promise<void> {
  let [isTold, looks] = [false, 0];
  while (!(await createWith(lock, text))) {
    const found = await textOf(lock);
    if (found === undefined) continue;
    if (await isFree(lock, found)) {
      await removeFile(lock).catch((error: unknown) => {
        throw writeError(lock, error);
      });
      continue;
    }
    looks += 1;
    // A lock that was made this instant does not name its holder yet.
    if (!isTold && (holderOf(found).pid !== undefined || looks > 1)) {
      waits(describe(found));
      isTold = true;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Whether the holder of a lock has died: it runs no longer on this machine, or renews its lock no longer wherever it runs. */
async function isFree(lock: string, text: string): Promise<boolean> {
  const { pid, host } = holderOf(text);
  if (pid !== undefined && host === hostname() && !isAlive(pid)) return true;
  const found = await stat(lock).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > FREE_MS;
}

function describe(text: string): string {
  const { pid, host } = holderOf(text);
  if (pid === undefined) return "another process";
  return host === hostname() ? `process ${pid}` : `process ${pid} on ${host}`;
}

/** Nothing for a lock that is being written, or was not written to its end. */
function holderOf(text: string): { readonly pid?: number; readonly host?: string } {
  try {
    return JSON.parse(text) as { readonly pid: number; readonly host: string };
  } catch {
    return {};
  }
}

/** Undefined where there is no such file; empty where it may not be read. */
async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => (error.code === "ENOENT" ? undefined : ""));
}
