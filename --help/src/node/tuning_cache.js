import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheFolders } from "./cache.js";
/**
 * Stores what tuning found out in the first cache folder that can be written, one file per adapter. A cache that cannot be read or written
 * is no error: the next process finds out again.
 */
export function tuningCache(folders = cacheFolders("tuning")) {
    const filesOf = (adapter) => folders.map((folder) => join(folder, `${fileName(adapter)}.json`));
    return {
        read: async (adapter) => {
            for (const file of filesOf(adapter)) {
                const text = await readFile(file, "utf8").catch(() => undefined);
                if (text !== undefined)
                    return text;
            }
            return undefined;
        },
        write: async (adapter, text) => {
            for (const file of filesOf(adapter))
                if (await writes(file, text))
                    return;
        },
    };
}
/** Whether a text could be written. It goes to another file, which is then renamed, so that no process ever reads half of it. */
async function writes(file, text) {
    const temporary = `${file}.${randomUUID()}`;
    try {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(temporary, text);
        await rename(temporary, file);
        return true;
    }
    catch {
        await rm(temporary, { force: true }).catch(() => undefined);
        return false;
    }
}
/** A readable file name, different for different adapters. */
function fileName(adapter) {
    let hash = 0;
    for (const letter of adapter)
        hash = (Math.imul(hash, 31) + letter.codePointAt(0)) >>> 0;
    const words = adapter
        .toLowerCase()
        .replaceAll(/[^a-z0-9.]+/g, "-")
        .replaceAll(/^-|-$/g, "")
        .slice(0, 80);
    return `${words}-${hash.toString(16)}`;
}
