import { brief, quoted } from "../options/quote.ts";
import type { Digest } from "./digest.ts";
import { FileError } from "./file_error.ts";
import { DTYPES, type HostData } from "./safetensors_dtypes.ts";
import { type Entry, elements, headerLength, PREFIX_BYTES, parseHeader } from "./safetensors_header.ts";
import { openSafetensors, readWhole, type TensorSource } from "./tensor_source.ts";
import { safetensorsHead, writeTensors } from "./write_tensors.ts";

/** A tensor in host memory. `dtype` is the type in the file it came from; `data` is float32 for floats, int32 for integers. */
export interface HostTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: HostData;
}

/** Reads a safetensors file tensor by tensor, so that it may exceed what one buffer can hold. Throws FileError naming file and tensor. */
export async function readSafetensors(path: string): Promise<Map<string, HostTensor>> {
  return readTensors(await openSafetensors(path), path);
}

/** Reads all tensors of a source into host memory; `source` stands for it in error messages. */
export async function readTensors(tensors: TensorSource, source: string): Promise<Map<string, HostTensor>> {
  const found = new Map<string, HostTensor>();
  for (const [name, tensor] of tensors) {
    const bytes = await readWhole(tensor, elements(tensor.shape) * DTYPES[tensor.dtype]!.bytes);
    found.set(name, decode(bytes, { ...tensor, name }, source));
  }
  return found;
}

/** Tensors of a safetensors file held in memory; `name` stands for the file in error messages. */
export function parseSafetensors(bytes: Uint8Array, name: string): Map<string, HostTensor> {
  const headerBytes = headerLength(bytes.subarray(0, PREFIX_BYTES), bytes.length, name);
  const start = 8 + headerBytes;
  const entries = parseHeader(bytes.subarray(8, start), bytes.length - start, name);
  // The constructor copies. slice() would not: that of a Node.js Buffer is a view of a larger pool.
  const copy = ({ begin, end }: Entry) => new Uint8Array(bytes.subarray(start + begin, start + end));
  return new Map(entries.map((entry) => [entry.name, decode(copy(entry), entry, name)]));
}

/** Writes float data as F32 and integer data as I32, in the map's order, and syncs the file. Returns what was written. */
export async function writeSafetensors(path: string, tensors: ReadonlyMap<string, HostTensor>): Promise<Digest> {
  return writeTensors(path, heldTensors(tensors));
}

export function serializeSafetensors(tensors: ReadonlyMap<string, HostTensor>): Uint8Array {
  return new Uint8Array(Buffer.concat([safetensorsHead(heldTensors(tensors)), ...[...tensors.values()].map(bytesOf)]));
}

/** Tensors in host memory as a source: floats as F32 and integers as I32. */
export function heldTensors(tensors: ReadonlyMap<string, Pick<HostTensor, "shape" | "data">>): TensorSource {
  return new Map(
    [...tensors].map(([name, tensor]) => {
      const { shape, data } = tensor;
      if (elements(shape) !== data.length) {
        throw new FileError(
          `Tensor ${quoted(name)} ${quoted(shape)} needs ${elements(shape)} values but holds ${data.length}; fix its shape.`,
        );
      }
      return [name, { dtype: data instanceof Float32Array ? "F32" : "I32", shape, pieces: () => piecesOf(bytesOf(tensor)) }];
    }),
  );
}

function bytesOf({ data }: Pick<HostTensor, "data">): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

const PIECE_BYTES = 2 ** 22;

async function* piecesOf(bytes: Uint8Array<ArrayBuffer>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let begin = 0; begin < bytes.length; begin += PIECE_BYTES) yield bytes.subarray(begin, begin + PIECE_BYTES);
}

function decode(bytes: Uint8Array<ArrayBuffer>, { name, dtype, shape }: Pick<Entry, "name" | "dtype" | "shape">, file: string): HostTensor {
  const data = DTYPES[dtype]!.decode(bytes.buffer);
  if (data === undefined) throw new FileError(`${brief(file)}: tensor ${quoted(name)} ${dtype} holds a value outside the range of int32.`);
  return { dtype, shape, data };
}
