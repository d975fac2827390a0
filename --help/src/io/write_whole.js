import { open } from "node:fs/promises";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { FileError } from "./files.js";
/** Writes a file so that at any moment it is the old one or the new one. @throws FileError */
export async function writeWhole(path, content) {
    try {
        await writeFileAtomic(path, typeof content === "string" ? content : Buffer.from(content));
    }
    catch (error) {
        throw writeError(path, error);
    }
}
/** Adds text to the end of a file, all of it or nothing. @throws FileError */
export async function appendWhole(path, text) {
    try {
        const file = await open(path, "a");
        try {
            const { size } = await file.stat();
            await file.writeFile(text).catch(async (error) => {
                await file.truncate(size).catch(() => undefined);
                throw error;
            });
        }
        finally {
            await file.close();
        }
    }
    catch (error) {
        throw writeError(path, error);
    }
}
/** Says in one line why a file could not be written, and what helps. Errors that say so already stay as they are. */
export function writeError(path, error) {
    const { code } = error;
    if (error instanceof FileError || code === undefined)
        return error;
    const failed = `${path} could not be written`;
    if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG")
        return new FileError(`${failed}: the disk is full; free some space.`);
    if (code === "ENOENT" || code === "ENOTDIR")
        return new FileError(`${failed}: there is no folder ${dirname(path)}; was it removed?`);
    if (code === "EROFS" || code === "EACCES" || code === "EPERM") {
        return new FileError(`${failed}: this user may not write there, or the disk is read-only; change that, or choose another folder.`);
    }
    return new FileError(`${failed} (${code}); check the disk, or choose another folder.`);
}
