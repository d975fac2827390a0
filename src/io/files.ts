import { open, readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { brief, reasonOf } from "../options/quote.ts";
import { FileError } from "./file_error.ts";
import { parseJsonObject } from "./json.ts";

export { FileError } from "./file_error.ts";

/** Text of a UTF-8 file, without a byte order mark; what is not UTF-8 becomes U+FFFD. Throws FileError when it cannot be read. */
async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).replace(/^\uFEFF/, "");
  } catch (error) {
    throw readError(path, error);
  }
}

/** Text of a UTF-8 file, without a byte order mark. Throws FileError when it cannot be read or is of another encoding. */
export async function readUtf8(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw readError(path, error);
  });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new FileError(`${brief(path)} is not UTF-8 text; save it as UTF-8.`);
  }
}

/** Text of a UTF-8 file, undefined where there is none. */
export async function readOptionalText(path: string): Promise<string | undefined> {
  return (await isFile(path)) ? readText(path) : undefined;
}

/** A JSON file whose top level is an object. Throws FileError naming the file and what JSON.parse found wrong. */
export async function readJsonObject(path: string): Promise<Record<string, unknown>> {
  return parseJsonObject(await readText(path), path);
}

/** Writes the parts one after the other and returns once they are on the disk. */
export async function writeSynced(path: string, parts: readonly (Uint8Array | string)[]): Promise<void> {
  const file = await open(path, "w");
  try {
    for (const part of parts) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the names in a folder durable. Windows cannot open folders; renames there are journaled by NTFS. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** Refuses a folder's path where a file stands there or above it. `remedy` ends the message. @throws FileError */
export async function requireRoomForFolder(path: string, remedy: string): Promise<void> {
  const whole = resolve(path);
  for (let place = whole; ; place = dirname(place)) {
    const found = await stat(place).catch(() => undefined);
    if (found?.isDirectory() || (!found && place === dirname(place))) return;
    if (!found) continue;
    if (place === whole) throw new FileError(`${brief(path)} is a file, where a folder is to be made; ${remedy}`);
    throw new FileError(`${brief(path)} cannot be made, because ${brief(place)} is a file; ${remedy}`);
  }
}

export function readError(path: string, error: unknown): FileError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT" || code === "ENOTDIR") return new FileError(`${brief(path)} does not exist; check the path.`);
  if (code === "EISDIR") return new FileError(`${brief(path)} is a folder; a file is expected.`);
  if (code === "EACCES" || code === "EPERM") return new FileError(`${brief(path)} may not be read by this user; change its permissions.`);
  return new FileError(`${brief(path)} could not be read: ${reasonOf(error)}.`);
}
