import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Device } from "../gpu/device.ts";
import { GpuFaultError } from "../gpu/errors.ts";
import { UnavailableError } from "../io/file_error.ts";
import { type OpenDeviceOptions, openDevice } from "../node/open_device.ts";
import { brief } from "../options/quote.ts";
import { UsageError } from "./errors.ts";

/** Errors of lower layers that say in one line what is wrong with a file, a model, a text or an adapter. */
const INPUT_ERRORS = new Set(["FileError", "EngineError", "NotFiniteError", "NoAdapterError", "AlphabetError", "Error"]);

/** Reads what the user named. What is wrong with it is wrong usage, unless it may be right when it is tried again. */
export async function fromUser<Result>(read: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    const isInput = error instanceof Error && INPUT_ERRORS.has(error.name);
    if (!isInput || error instanceof UnavailableError || error instanceof GpuFaultError) throw error;
    throw Object.assign(new UsageError(error.message), { stack: error.stack });
  }
}

/** Opens the GPU that the user asked for. A machine without any is no wrong usage. */
export function openNamedDevice(options: OpenDeviceOptions): Promise<Device> {
  const { adapter = "auto" } = options;
  return adapter === "auto" ? openDevice(options) : fromUser(() => openDevice(options));
}

/** Refuses a file that could not be written, before anything is computed. `option` is what named it. @throws UsageError */
export async function requireWritable(option: string, path: string): Promise<void> {
  const refuse = (reason: string): never => {
    throw unwritable(option, path, reason);
  };
  const place = dirname(path);
  const [found, above] = await Promise.all([path, place].map((each) => stat(each).catch(() => undefined)));
  if (found?.isDirectory()) refuse("EISDIR");
  if (above?.isDirectory() === false) refuse("ENOTDIR");
  await access(found ? path : place, constants.W_OK).catch((error: NodeJS.ErrnoException) => refuse(error.code ?? error.message));
}

/** Says why a file that an option named cannot be written, by the system's code, and what helps. */
export function unwritable(option: string, path: string, reason: string): UsageError {
  return new UsageError(`${option} ${brief(path)} cannot be written (${reason}); ${REMEDIES[reason] ?? "name another file"}`);
}

const NO_FOLDER = "name a file in a folder that exists";
const NOT_ALLOWED = "make it writable for this user, or name a file in another folder";
const REMEDIES: Readonly<Record<string, string>> = {
  ...{ ENOENT: NO_FOLDER, ENOTDIR: NO_FOLDER },
  EISDIR: "it is a folder, so name a file in it",
  ...{ EACCES: NOT_ALLOWED, EPERM: NOT_ALLOWED, EROFS: NOT_ALLOWED },
};
