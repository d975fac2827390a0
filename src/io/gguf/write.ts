import { open } from "node:fs/promises";
import { brief, quoted } from "../../options/quote.ts";
import { FileError, isFile, isFolder } from "../files.ts";
import { move, removeFile } from "../patient.ts";
import { partialPaths } from "../sweep.ts";
import { writeError } from "../write_whole.ts";
import { encodedPieces, type GgufTensor } from "./encode.ts";
import { aligned, ggufHead, MAGIC } from "./header.ts";
import { bytesOfTensor } from "./tensor_types.ts";
import type { GgufMetadata } from "./values.ts";

/**
 * Writes a GGUF file, tensor by tensor, and returns its bytes once it is on the disk. The file has its name only when it is whole.
 * @throws FileError where it cannot be written, a number does not fit the type of its tensor, or another kind of file has its name
 */
export async function writeGguf(path: string, metadata: GgufMetadata, tensors: readonly GgufTensor[]): Promise<number> {
  if (await isFolder(path)) throw new FileError(`${brief(path)} is a folder; give the name of a file to write.`);
  if (!(await isReplaceable(path))) throw new FileError(`${brief(path)} exists and is no GGUF file; choose another name, or remove it.`);
  const { partial } = partialPaths(path);
  try {
    const bytes = await writeInto(partial, metadata, tensors);
    await move(partial, path);
    return bytes;
  } catch (error) {
    await removeFile(partial);
    throw writeError(path, error);
  }
}

/** Whether nothing is there, or a file that was exported before, or is empty. Weights of the model itself may have the name, by mistake. */
async function isReplaceable(path: string): Promise<boolean> {
  if (!(await isFile(path))) return true;
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAGIC.length));
    return bytesRead === 0 || buffer.toString("latin1") === MAGIC;
  } finally {
    await file.close();
  }
}

async function writeInto(path: string, metadata: GgufMetadata, tensors: readonly GgufTensor[]): Promise<number> {
  const file = await open(path, "w");
  try {
    const head = ggufHead(metadata, tensors);
    await file.writeFile(head);
    let bytes = head.length;
    for (const tensor of tensors) {
      let written = 0;
      for await (const piece of encodedPieces(tensor)) {
        await file.writeFile(piece);
        written += piece.length;
      }
      requireBytes(tensor, written);
      await file.writeFile(new Uint8Array(aligned(written) - written));
      bytes += aligned(written);
    }
    await file.sync();
    return bytes;
  } finally {
    await file.close();
  }
}

function requireBytes({ name, shape, type }: GgufTensor, found: number): void {
  const needed = bytesOfTensor(shape, type);
  if (found !== needed)
    throw new FileError(`Tensor ${quoted(name)} ${quoted(shape)} needs ${needed} bytes but holds ${found}; fix its shape.`);
}
