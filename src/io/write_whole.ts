import { open, truncate } from "node:fs/promises";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { FileError, UnavailableError } from "./file_error.ts";
import { isHeld, patiently } from "./patient.ts";

/** Writes a file so that at any moment it is the old one or the new one. @throws FileError */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  try {
    const bytes = typeof content === "string" ? content : Buffer.from(content);
    await patiently(() => writeFileAtomic(path, bytes));
  } catch (error) {
    throw writeError(path, error);
  }
}

/** Adds text to the end of a file, all of it or nothing. @throws FileError */
export async function appendWhole(path: string, text: string): Promise<void> {
  try {
    const file = await patiently(() => open(path, "a"));
    try {
      const { size } = await file.stat();
      await file.writeFile(text).catch(async (error: unknown) => {
        // Windows cuts no file that is open for appending.
        await truncate(path, size).catch(() => undefined);
        throw error;
      });
    } finally {
      await file.close();
    }
  } catch (error) {
    throw writeError(path, error);
  }
}

/** Says in one line why a file could not be written, and what helps. Errors that say so already, and a GPU's, stay as they are. */
export function writeError(path: string, error: unknown, platform: NodeJS.Platform = process.platform): unknown {
  const { code } = error as NodeJS.ErrnoException;
  // WebGPU's errors have numbers for codes.
  if (error instanceof FileError || typeof code !== "string") return error;
  const failed = `${path} could not be written`;
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG")
    return new UnavailableError(`${failed}: the disk is full; free some space.`);
  if (code === "ENOENT" || code === "ENOTDIR")
    return new UnavailableError(`${failed}: there is no folder ${dirname(path)}; was it removed?`);
  if (isHeld(error, platform)) {
    return new UnavailableError(
      `${failed} (${code}): another program has it open, or this user may not write there; close that program, or choose another folder.`,
    );
  }
  if (code === "EROFS" || code === "EACCES" || code === "EPERM") {
    return new UnavailableError(
      `${failed}: this user may not write there, or the disk is read-only; change that, or choose another folder.`,
    );
  }
  return new UnavailableError(`${failed} (${code}); check the disk, or choose another folder.`);
}
