import { open, readFile, stat } from "node:fs/promises";
import { brief, reasonOf } from "../options/quote.js";
import { FileError } from "./file_error.js";
import { parseJsonObject } from "./json.js";
export { FileError } from "./file_error.js";
/** Text of a UTF-8 file. Throws FileError when it cannot be read. */
export async function readText(path) {
    try {
        return await readFile(path, "utf8");
    }
    catch (error) {
        throw readError(path, error);
    }
}
/** Text of a UTF-8 file, undefined where there is none. */
export async function readOptionalText(path) {
    return (await isFile(path)) ? readText(path) : undefined;
}
/** A JSON file whose top level is an object. Throws FileError naming the file and what JSON.parse found wrong. */
export async function readJsonObject(path) {
    return parseJsonObject(await readText(path), path);
}
/** Writes the parts one after the other and returns once they are on the disk. */
export async function writeSynced(path, parts) {
    const file = await open(path, "w");
    try {
        for (const part of parts)
            await file.writeFile(part);
        await file.sync();
    }
    finally {
        await file.close();
    }
}
/** Makes the names in a folder durable. Windows cannot open folders; renames there are journaled by NTFS. */
export async function syncFolder(path) {
    if (process.platform === "win32")
        return;
    const folder = await open(path, "r");
    try {
        await folder.sync();
    }
    finally {
        await folder.close();
    }
}
export async function isFile(path) {
    return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}
export async function isFolder(path) {
    return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
export function readError(path, error) {
    const code = error.code;
    if (code === "ENOENT" || code === "ENOTDIR")
        return new FileError(`${brief(path)} does not exist; check the path.`);
    if (code === "EISDIR")
        return new FileError(`${brief(path)} is a folder; a file is expected.`);
    if (code === "EACCES" || code === "EPERM")
        return new FileError(`${brief(path)} may not be read by this user; change its permissions.`);
    return new FileError(`${brief(path)} could not be read: ${reasonOf(error)}.`);
}
