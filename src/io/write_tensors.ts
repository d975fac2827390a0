import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { quoted } from "../options/quote.ts";
import type { StoredTensor, TensorSource } from "../stored_tensor.ts";
import { convertFloats, FILE_DTYPES, type SavedDtype } from "./convert_floats.ts";
import type { Digest, Digests } from "./digest.ts";
import { digestOf } from "./digest.ts";
import { FileError, writeSynced } from "./files.ts";
import { INDEX, MODEL } from "./model_folder.ts";
import { DTYPES } from "./safetensors_dtypes.ts";
import { elements } from "./safetensors_header.ts";

/** How a model's tensors are written. */
export interface WriteOptions {
  /** The type of all numbers in the file. Default: the type of each tensor. */
  readonly dtype?: SavedDtype | undefined;
  /** The most bytes of one file; a single tensor may take more. */
  readonly shardBytes?: number | undefined;
}

/** What Hugging Face's libraries write: shards of at most 5 GB. */
const SHARD_BYTES = 5e9;

/** Bytes that one tensor takes when it is saved. */
function bytesOf({ dtype, shape }: StoredTensor, saved: SavedDtype | undefined): number {
  return elements(shape) * DTYPES[saved ? FILE_DTYPES[saved] : dtype]!.bytes;
}

/**
 * Writes tensors to model.safetensors, or to shards with their index where they take more than `shardBytes`.
 * Returns a digest of every file, by its name. @throws FileError
 */
export async function writeModelTensors(folder: string, tensors: TensorSource, options: WriteOptions = {}): Promise<Digests> {
  const { dtype, shardBytes = SHARD_BYTES } = options;
  const shards = splitIntoShards(tensors, shardBytes, dtype);
  if (shards.length <= 1) return { [MODEL]: await writeTensors(join(folder, MODEL), tensors, dtype) };
  const names = shards.map((_, i) => `model-${fiveDigits(i + 1)}-of-${fiveDigits(shards.length)}.safetensors`);
  const files: Record<string, Digest> = {};
  for (const [i, shard] of shards.entries()) files[names[i]!] = await writeTensors(join(folder, names[i]!), shard, dtype);
  const total = [...tensors.values()].reduce((sum, tensor) => sum + bytesOf(tensor, dtype), 0);
  const shardOf = shards.flatMap((shard, i) => [...shard.keys()].map((name) => [name, names[i]!]));
  const index = `${JSON.stringify({ metadata: { total_size: total }, weight_map: Object.fromEntries(shardOf) }, undefined, 2)}\n`;
  await writeSynced(join(folder, INDEX), [index]);
  return { ...files, [INDEX]: digestOf([index]) };
}

function fiveDigits(number: number): string {
  return String(number).padStart(5, "0");
}

/** Fills one shard after the other, in the order of the tensors. */
function splitIntoShards(tensors: TensorSource, shardBytes: number, dtype: SavedDtype | undefined): Map<string, StoredTensor>[] {
  const shards: Map<string, StoredTensor>[] = [];
  let room = 0;
  for (const [name, tensor] of tensors) {
    const bytes = bytesOf(tensor, dtype);
    if (shards.length === 0 || bytes > room) {
      shards.push(new Map());
      room = shardBytes;
    }
    shards.at(-1)!.set(name, tensor);
    room -= bytes;
  }
  return shards;
}

/** Writes one safetensors file, a piece of a tensor at a time, and returns once it is on the disk. @throws FileError */
export async function writeTensors(path: string, tensors: TensorSource, dtype?: SavedDtype): Promise<Digest> {
  const head = safetensorsHead(tensors, dtype);
  const file = await open(path, "w");
  try {
    const hash = createHash("sha256");
    let bytes = 0;
    const write = async (piece: Uint8Array): Promise<void> => {
      hash.update(piece);
      bytes += piece.length;
      await file.writeFile(piece);
    };
    await write(head);
    for (const [name, tensor] of tensors) {
      const begin = bytes;
      for await (const piece of tensor.pieces()) await write(dtype ? convertFloats(piece, tensor.dtype, dtype, name) : piece);
      requireBytes(name, tensor, bytes - begin, bytesOf(tensor, dtype));
    }
    await file.sync();
    return { bytes, sha256: hash.digest("hex") };
  } finally {
    await file.close();
  }
}

function requireBytes(name: string, { shape }: StoredTensor, found: number, needed: number): void {
  if (found === needed) return;
  throw new FileError(`Tensor ${quoted(name)} ${quoted(shape)} needs ${needed} bytes but holds ${found}; fix its shape.`);
}

/** The length and the header of a safetensors file. */
export function safetensorsHead(tensors: ReadonlyMap<string, Pick<StoredTensor, "dtype" | "shape">>, saved?: SavedDtype): Uint8Array {
  // Hugging Face's own loader refuses a file whose metadata does not name a framework's format.
  const header = new Map<string, unknown>([["__metadata__", { format: "pt" }]]);
  let offset = 0;
  for (const [name, { dtype: stored, shape }] of tensors) {
    if (header.has(name)) throw new FileError(`Tensor name ${quoted(name)} is reserved by the safetensors format; choose another.`);
    const dtype = saved ? FILE_DTYPES[saved] : stored;
    const end = offset + elements(shape) * DTYPES[dtype]!.bytes;
    header.set(name, { dtype, shape, data_offsets: [offset, end] });
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const padded = Math.ceil(json.length / 8) * 8;
  const head = new Uint8Array(8 + padded).fill(0x20, 8);
  new DataView(head.buffer).setBigUint64(0, BigInt(padded), true);
  head.set(json, 8);
  return head;
}
