import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { FileError, isFile, readError } from "./files.js";
export const digestsSchema = z.record(z.string(), z.strictObject({ bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) }));
const CHUNK_BYTES = 2 ** 22;
export function digestOf(parts) {
    const hash = createHash("sha256");
    let bytes = 0;
    for (const part of parts) {
        hash.update(part);
        bytes += typeof part === "string" ? Buffer.byteLength(part) : part.byteLength;
    }
    return { bytes, sha256: hash.digest("hex") };
}
/** Reads a file piece by piece. With `sync` it returns once the file is on the disk. Throws FileError when it cannot be read. */
export async function digestFile(path, { sync = false } = {}) {
    // Windows syncs only files that are open for writing.
    const file = await open(path, sync ? "r+" : "r").catch((error) => {
        throw readError(path, error);
    });
    try {
        const hash = createHash("sha256");
        const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
        let bytes = 0;
        for (;;) {
            const { bytesRead } = await file.read(chunk, 0, chunk.length, bytes);
            if (bytesRead === 0)
                break;
            hash.update(chunk.subarray(0, bytesRead));
            bytes += bytesRead;
        }
        if (sync)
            await file.sync();
        return { bytes, sha256: hash.digest("hex") };
    }
    catch (error) {
        throw readError(path, error);
    }
    finally {
        await file.close();
    }
}
/** Throws FileError naming the first file of a folder that is missing or is not what was written. */
export async function verifyFiles(dir, digests) {
    for (const [name, written] of Object.entries(digests)) {
        const path = join(dir, name);
        if (!(await isFile(path)))
            throw new FileError(`${dir} is incomplete: it lacks ${name}; ${REMEDY}.`);
        const found = await digestFile(path);
        if (found.bytes !== written.bytes) {
            throw new FileError(`${path} is damaged: it holds ${found.bytes} bytes, and ${written.bytes} were written; ${REMEDY}.`);
        }
        if (found.sha256 !== written.sha256)
            throw new FileError(`${path} is damaged: its bytes are not those that were written; ${REMEDY}.`);
    }
}
const REMEDY = "restore it from a copy, or, if the change was meant, delete the folder's state.json and use it as a model";
