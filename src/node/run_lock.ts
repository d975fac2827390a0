import { rmSync } from "node:fs";
import { mkdir, readFile, stat } from "node:fs/promises";
import { hostname, uptime } from "node:os";
import { join } from "node:path";
import { FileError, isFolder } from "../io/files.ts";
import { isHeld, patiently, removeFile } from "../io/patient.ts";
import { writeError } from "../io/write_whole.ts";
import { ConfigError } from "../options/problems.ts";
import { createWith, isAlive, readSync, startOf } from "./lock_file.ts";

/** The file in a run folder that says which process writes there. */
export const LOCK_FILE = "run.lock";

/** The lock of a run folder, which has one writer at a time. */
export interface RunLock {
  /** @throws FileError where the folder has vanished or another process has taken it over */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, where the system tells. A process that was given the same pid later started at another time. */
  readonly started: string | undefined;
  readonly command: string;
  readonly since: string;
}

/** Runs `work` while this process holds the folder's lock, and makes the folder where there is none. */
export async function withRunLock<Result>(dir: string, work: (lock: RunLock) => Promise<Result>): Promise<Result> {
  const lock = await lockRunFolder(dir);
  try {
    return await work(lock);
  } finally {
    await lock.release();
  }
}

/** @throws FileError that names the process that writes there or says why nothing can, ConfigError where no folder can be made */
export async function lockRunFolder(dir: string): Promise<RunLock> {
  const path = join(dir, LOCK_FILE);
  const text = `${JSON.stringify(thisProcess(), undefined, 2)}\n`;
  await mkdir(dir, { recursive: true }).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOSPC" || code === "EDQUOT") throw writeError(dir, error);
    throw new ConfigError([
      `The run folder ${dir} could not be made (${code}); make the folder above it writable, or choose another output.dir.`,
    ]);
  });
  if (!(await createWith(path, text))) await takeOver(dir, path, text);
  const remove = (): void => {
    if (readSync(path) === text) rmSync(path, { force: true });
  };
  const removeAtExit = (): void => {
    try {
      remove();
    } catch (error) {
      // It is that of a process which has ended.
      if (!isHeld(error)) throw error;
    }
  };
  process.once("exit", removeAtExit);
  return {
    assertHeld: async () => {
      const found = await patiently(() => readFile(path, "utf8")).catch(() => undefined);
      if (found === text) return;
      if (found !== undefined) throw heldError(dir, found);
      const what = (await isFolder(dir)) ? `${path} was removed` : `The run folder ${dir} was removed`;
      throw new FileError(`${what} while the run wrote there; nothing more is written.`);
    },
    release: async () => {
      process.off("exit", removeAtExit);
      await patiently(async () => remove()).catch((error: unknown) => {
        if (!isHeld(error)) throw error;
      });
    },
  };
}

/** Replaces the lock of a process that no longer runs. Only one process at a time may do so: the one that makes the second file. */
async function takeOver(dir: string, path: string, text: string): Promise<void> {
  const guard = `${path}.takeover`;
  if (await isOlderThan(guard, 10_000)) await removeFile(guard);
  if (!(await createWith(guard, text))) throw heldError(dir, readSync(guard));
  try {
    const found = readSync(path);
    if (found !== undefined && !(await isStale(path, parseHolder(found)))) throw heldError(dir, found);
    await removeFile(path);
    if (!(await createWith(path, text))) throw heldError(dir, readSync(path));
  } finally {
    await removeFile(guard);
  }
}

async function isStale(path: string, holder: Holder | undefined): Promise<boolean> {
  // A lock without content belongs to a process that is writing it now, or that was killed while it did.
  if (holder === undefined) return isOlderThan(path, 5_000);
  if (holder.host !== hostname()) return false;
  if (!isAlive(holder.pid)) return true;
  const started = startOf(holder.pid);
  if (started !== undefined && holder.started !== undefined) return started !== holder.started;
  return isOlderThan(path, uptime() * 1000);
}

async function isOlderThan(path: string, milliseconds: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > milliseconds;
}

function heldError(dir: string, text: string | undefined): FileError {
  const holder = text === undefined ? undefined : parseHolder(text);
  if (holder === undefined) return new FileError(`Another process is just taking ${dir}; try again in some seconds.`);
  const { pid, host, started, command, since } = holder;
  const who = `process ${pid} on ${host} (${command}) since ${since}`;
  const path = join(dir, LOCK_FILE);
  if (host === hostname()) {
    // Windows and macOS give a pid away again, and do not tell when its process started.
    const other = started === undefined ? `; if another program has that pid by now, remove ${path}` : "";
    return new FileError(`${dir} is being written by ${who}; wait for it or stop it${other}.`);
  }
  return new FileError(`${dir} is locked by ${who}, which cannot be looked up from ${hostname()}; if it no longer runs, remove ${path}.`);
}

function thisProcess(): Holder {
  const { pid, argv } = process;
  const command = argv.slice(2).join(" ").slice(0, 120);
  return { pid, host: hostname(), started: startOf(pid), command, since: new Date().toISOString() };
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { pid, host, started, command, since } = JSON.parse(text) as Holder;
    const isWhole = Number.isInteger(pid) && [host, command, since].every((one) => typeof one === "string");
    return isWhole ? { pid, host, started, command, since } : undefined;
  } catch {
    return undefined;
  }
}
