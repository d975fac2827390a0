import { open } from "node:fs/promises";
import { brief, quoted } from "../options/quote.js";
import { digestOf } from "./digest.js";
import { FileError, readError, writeSynced } from "./files.js";
import { isLfsPointer, LFS_REMEDY, parseJsonObject } from "./json.js";
import { DTYPES } from "./safetensors_dtypes.js";
const MAXIMUM_HEADER_BYTES = 100_000_000;
/** Enough of a file's begin to tell what it is: the length of its header takes 8 bytes. */
const PREFIX_BYTES = 64;
/** Reads a safetensors file tensor by tensor, so that it may exceed what one buffer can hold. Throws FileError naming file and tensor. */
export async function readSafetensors(path) {
    const file = await open(path, "r").catch((error) => {
        throw readError(path, error);
    });
    try {
        const { size } = await file.stat();
        const headerBytes = headerLength(await readExactly(file, 0, Math.min(size, PREFIX_BYTES), path), size, path);
        const entries = parseHeader(await readExactly(file, 8, headerBytes, path), size - 8 - headerBytes, path);
        const tensors = new Map();
        for (const entry of entries) {
            const bytes = await readExactly(file, 8 + headerBytes + entry.begin, entry.end - entry.begin, path);
            tensors.set(entry.name, decode(bytes, entry, path));
        }
        return tensors;
    }
    catch (error) {
        throw error instanceof FileError ? error : readError(path, error);
    }
    finally {
        await file.close();
    }
}
/** Tensors of a safetensors file held in memory; `name` stands for the file in error messages. */
export function parseSafetensors(bytes, name) {
    const headerBytes = headerLength(bytes.subarray(0, PREFIX_BYTES), bytes.length, name);
    const start = 8 + headerBytes;
    const entries = parseHeader(bytes.subarray(8, start), bytes.length - start, name);
    // The constructor copies. slice() would not: that of a Node.js Buffer is a view of a larger pool.
    const copy = ({ begin, end }) => new Uint8Array(bytes.subarray(start + begin, start + end));
    return new Map(entries.map((entry) => [entry.name, decode(copy(entry), entry, name)]));
}
/** Writes float data as F32 and integer data as I32, in the map's order, and syncs the file. Returns what was written. */
export async function writeSafetensors(path, tensors) {
    const parts = safetensorsParts(tensors);
    await writeSynced(path, parts);
    return digestOf(parts);
}
export function serializeSafetensors(tensors) {
    const parts = safetensorsParts(tensors);
    const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
    let offset = 0;
    for (const part of parts) {
        bytes.set(part, offset);
        offset += part.length;
    }
    return bytes;
}
/** The file's pieces without a copy: length and header, then each tensor's own bytes. */
function safetensorsParts(tensors) {
    // Hugging Face's own loader refuses a file whose metadata does not name a framework's format.
    const header = new Map([["__metadata__", { format: "pt" }]]);
    const parts = [];
    let offset = 0;
    for (const [name, { shape, data }] of tensors) {
        if (header.has(name))
            throw new FileError(`Tensor name ${quoted(name)} is reserved by the safetensors format; choose another.`);
        if (elements(shape) !== data.length) {
            throw new FileError(`Tensor ${quoted(name)} ${quoted(shape)} needs ${elements(shape)} values but holds ${data.length}; fix its shape.`);
        }
        const dtype = data instanceof Float32Array ? "F32" : "I32";
        header.set(name, { dtype, shape, data_offsets: [offset, offset + data.byteLength] });
        offset += data.byteLength;
        parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
    const padded = Math.ceil(json.length / 8) * 8;
    const head = new Uint8Array(8 + padded).fill(0x20, 8);
    new DataView(head.buffer).setBigUint64(0, BigInt(padded), true);
    head.set(json, 8);
    return [head, ...parts];
}
function headerLength(prefix, fileBytes, file) {
    if (isLfsPointer(new TextDecoder().decode(prefix)))
        throw new FileError(`${brief(file)} cannot be read: ${LFS_REMEDY}.`);
    if (prefix.length < 8) {
        throw new FileError(`${brief(file)} is truncated: it holds ${fileBytes} bytes; a safetensors file has at least 8; copy it again.`);
    }
    const length = Number(new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true));
    if (length > MAXIMUM_HEADER_BYTES) {
        throw new FileError(`${brief(file)} is not a safetensors file: its header claims ${length} bytes; at most ${MAXIMUM_HEADER_BYTES} are allowed.`);
    }
    if (8 + length > fileBytes) {
        throw new FileError(`${brief(file)} is truncated: its header needs ${8 + length} bytes; the file holds ${fileBytes}; copy it again.`);
    }
    return length;
}
/** The header's tensors in the order of their bytes, which must tile the data exactly: no gap, no overlap, nothing left over. */
function parseHeader(bytes, dataBytes, file) {
    const header = parseJsonObject(new TextDecoder().decode(bytes), `The header of ${brief(file)}`);
    const entries = Object.entries(header)
        .filter(([name]) => name !== "__metadata__")
        .map(([name, value]) => parseEntry(name, value, dataBytes, file))
        .sort((a, b) => a.begin - b.begin || a.end - b.end);
    let position = 0;
    for (const { name, begin, end } of entries) {
        if (begin !== position) {
            const problem = begin < position ? "overlaps the tensor before it" : "leaves a gap before it";
            throw new FileError(`${brief(file)}: tensor ${quoted(name)} ${problem}: expected to begin at byte ${position}, found ${begin}.`);
        }
        position = end;
    }
    if (position !== dataBytes) {
        throw new FileError(`${brief(file)}: ${dataBytes - position} bytes follow the last tensor; expected ${position} bytes of data, found ${dataBytes}.`);
    }
    return entries;
}
function parseEntry(name, value, dataBytes, file) {
    const { dtype, shape, data_offsets: offsets } = (value ?? {});
    if (typeof dtype !== "string" || !Object.hasOwn(DTYPES, dtype)) {
        throw new FileError(`${brief(file)}: tensor ${quoted(name)} has dtype ${quoted(dtype)}; allowed: ${Object.keys(DTYPES).join(", ")}.`);
    }
    if (!isCounts(shape))
        throw new FileError(`${brief(file)}: tensor ${quoted(name)} has shape ${quoted(shape)}; expected whole numbers.`);
    if (!isCounts(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
        throw new FileError(`${brief(file)}: tensor ${quoted(name)} has data_offsets ${quoted(offsets)}; expected [begin, end].`);
    }
    const [begin, end] = offsets;
    const needed = elements(shape) * DTYPES[dtype].bytes;
    if (end - begin !== needed) {
        throw new FileError(`${brief(file)}: tensor ${quoted(name)} ${dtype} ${quoted(shape)} needs ${needed} bytes; its offsets span ${end - begin}.`);
    }
    if (end > dataBytes) {
        throw new FileError(`${brief(file)} is truncated: tensor ${quoted(name)} ends at byte ${end} of the data; the file holds ${dataBytes}; copy it again.`);
    }
    return { name, dtype, shape, begin, end };
}
function decode(bytes, { name, dtype, shape }, file) {
    const data = DTYPES[dtype].decode(bytes.buffer);
    if (data === undefined)
        throw new FileError(`${brief(file)}: tensor ${quoted(name)} ${dtype} holds a value outside the range of int32.`);
    return { dtype, shape, data };
}
async function readExactly(file, position, length, path) {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
        const { bytesRead } = await file.read(bytes, done, Math.min(length - done, 2 ** 30), position + done);
        if (bytesRead === 0)
            throw new FileError(`${brief(path)} ended at byte ${position + done} while being read, expected ${position + length}.`);
        done += bytesRead;
    }
    return bytes;
}
function elements(shape) {
    return shape.reduce((product, size) => product * size, 1);
}
function isCounts(value) {
    return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
