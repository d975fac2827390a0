import { type FileHandle, open } from "node:fs/promises";
import { brief } from "../options/quote.ts";
import type { StoredTensor, TensorSource } from "../stored_tensor.ts";
import { FileError, readError } from "./files.ts";
import { type Entry, headerLength, PREFIX_BYTES, parseHeader } from "./safetensors_header.ts";

export type { StoredTensor, TensorSource } from "../stored_tensor.ts";

/** Few enough bytes to stay in a processor's cache while they are converted, and many enough to read fast. */
const PIECE_BYTES = 2 ** 21;

/**
 * The tensors of a safetensors file, of which no more than the header is read until a tensor's pieces are asked for.
 * @throws FileError naming file and tensor, also from the pieces where the file has changed since
 */
export async function openSafetensors(path: string): Promise<TensorSource> {
  return reading(path, async (file) => {
    const found = await file.stat();
    // Windows opens a folder as an empty file.
    if (found.isDirectory()) throw readError(path, { code: "EISDIR" });
    const { size } = found;
    const headerBytes = headerLength(await readExactly(file, 0, Math.min(size, PREFIX_BYTES), path), size, path);
    const begin = 8 + headerBytes;
    const entries = parseHeader(await readExactly(file, 8, headerBytes, path), size - begin, path);
    return new Map(entries.map((entry) => [entry.name, storedTensor(path, begin, entry)]));
  });
}

function storedTensor(path: string, dataBegin: number, { dtype, shape, begin, end }: Entry): StoredTensor {
  async function* pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const file = await openFile(path);
    try {
      const buffer = new Uint8Array(Math.min(end - begin, PIECE_BYTES));
      for (let at = begin; at < end; at += buffer.length) {
        const piece = buffer.subarray(0, Math.min(buffer.length, end - at));
        await readInto(piece, file, dataBegin + at, path);
        yield piece;
      }
    } finally {
      await file.close();
    }
  }
  return { dtype, shape, pieces };
}

/** All bytes of a stored tensor, for one that is small or wanted whole. */
export async function readWhole(tensor: StoredTensor, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(bytes);
  let done = 0;
  for await (const piece of tensor.pieces()) {
    whole.set(piece, done);
    done += piece.length;
  }
  return whole;
}

async function openFile(path: string): Promise<FileHandle> {
  return open(path, "r").catch((error: unknown) => {
    throw readError(path, error);
  });
}

async function reading<Result>(path: string, read: (file: FileHandle) => Promise<Result>): Promise<Result> {
  const file = await openFile(path);
  try {
    return await read(file);
  } catch (error) {
    throw error instanceof FileError ? error : readError(path, error);
  } finally {
    await file.close();
  }
}

async function readExactly(file: FileHandle, position: number, length: number, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  await readInto(bytes, file, position, path);
  return bytes;
}

async function readInto(bytes: Uint8Array, file: FileHandle, position: number, path: string): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, Math.min(bytes.length - done, 2 ** 30), position + done).catch((error: unknown) => {
      throw readError(path, error);
    });
    if (bytesRead === 0)
      throw new FileError(`${brief(path)} ended at byte ${position + done} while being read, expected ${position + bytes.length}.`);
    done += bytesRead;
  }
}
