import { open } from "node:fs/promises";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { FileError, UnavailableError } from "./file_error.ts";

/** Writes a file so that at any moment it is the old one or the new one. @throws FileError */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFileAtomic(path, typeof content === "string" ? content : Buffer.from(content));
  } catch (error) {
    throw writeError(path, error);
  }
}

/** Adds text to the end of a file, all of it or nothing. @throws FileError */
export async function appendWhole(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, "a");
    try {
      const { size } = await file.stat();
      await file.writeFile(text).catch(async (error: unknown) => {
        await file.truncate(size).catch(() => undefined);
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
export function writeError(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  // WebGPU's errors have numbers for codes.
  if (error instanceof FileError || typeof code !== "string") return error;
  const failed = `${path} could not be written`;
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG")
    return new UnavailableError(`${failed}: the disk is full; free some space.`);
  if (code === "ENOENT" || code === "ENOTDIR")
    return new UnavailableError(`${failed}: there is no folder ${dirname(path)}; was it removed?`);
  if (code === "EROFS" || code === "EACCES" || code === "EPERM") {
    return new UnavailableError(
      `${failed}: this user may not write there, or the disk is read-only; change that, or choose another folder.`,
    );
  }
  return new UnavailableError(`${failed} (${code}); check the disk, or choose another folder.`);
}
