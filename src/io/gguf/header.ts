import { bytesOfTensor, GGML_TYPES, type GgufTensorType } from "./tensor_types.ts";
import type { GgufMetadata, GgufValue } from "./values.ts";

/** Tensors begin at multiples of this many bytes, and so does the first. */
export const ALIGNMENT = 32;

/** The first four bytes of a file. */
export const MAGIC = "GGUF";
const VERSION = 3;

/** The format's numbers for the types of values. */
const TYPES = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;

/** What the header says of a tensor. The shape is row-major, the last dimension running fastest. */
export interface TensorInfo {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: GgufTensorType;
}

/** The beginning of a GGUF file, up to the first tensor's bytes. */
export function ggufHead(metadata: GgufMetadata, tensors: readonly TensorInfo[]): Uint8Array {
  const out = createWriter();
  out.bytes(utf8.encode(MAGIC));
  out.u32(VERSION);
  out.u64(tensors.length);
  out.u64(Object.keys(metadata).length);
  for (const [key, value] of Object.entries(metadata)) {
    out.string(key);
    writeValue(out, value);
  }
  let offset = 0;
  for (const { name, shape, type } of tensors) {
    out.string(name);
    out.u32(shape.length);
    // GGUF counts dimensions from the one that runs fastest.
    for (const size of [...shape].reverse()) out.u64(size);
    out.u32(GGML_TYPES[type].id);
    out.u64(offset);
    offset = aligned(offset + bytesOfTensor(shape, type));
  }
  return out.end(ALIGNMENT);
}

export function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

const utf8 = new TextEncoder();

function writeValue(out: Writer, { type, value }: GgufValue): void {
  switch (type) {
    case "strings":
      writeArray(out, "string", value, out.string);
      break;
    case "i32s":
      writeArray(out, "i32", value, out.i32);
      break;
    case "f32s":
      writeArray(out, "f32", value, out.f32);
      break;
    case "string":
      out.u32(TYPES.string);
      out.string(value);
      break;
    case "bool":
      out.u32(TYPES.bool);
      out.bytes(Uint8Array.of(value ? 1 : 0));
      break;
    default:
      out.u32(TYPES[type]);
      out[type](value);
  }
}

function writeArray<T>(out: Writer, type: "string" | "i32" | "f32", values: readonly T[], write: (value: T) => void): void {
  out.u32(TYPES.array);
  out.u32(TYPES[type]);
  out.u64(values.length);
  for (const value of values) write(value);
}

interface Writer {
  bytes(bytes: Uint8Array): void;
  u32(value: number): void;
  i32(value: number): void;
  f32(value: number): void;
  u64(value: number): void;
  string(text: string): void;
  /** All that was written, followed by zeros up to a multiple of `alignment`. */
  end(alignment: number): Uint8Array;
}

/** Writes little-endian values into memory that doubles when it is full. */
function createWriter(): Writer {
  let memory = new Uint8Array(2 ** 16);
  let length = 0;
  const take = (bytes: number): DataView => {
    const begin = length;
    length += bytes;
    if (length > memory.length) {
      const grown = new Uint8Array(2 * length);
      grown.set(memory);
      memory = grown;
    }
    return new DataView(memory.buffer, begin, bytes);
  };
  const bytes = (given: Uint8Array): void => {
    const { byteOffset } = take(given.length);
    memory.set(given, byteOffset);
  };
  const u64 = (value: number): void => take(8).setBigUint64(0, BigInt(value), true);
  return {
    bytes,
    u64,
    u32: (value) => take(4).setUint32(0, value, true),
    i32: (value) => take(4).setInt32(0, value, true),
    f32: (value) => take(4).setFloat32(0, value, true),
    string: (text) => {
      const encoded = utf8.encode(text);
      u64(encoded.length);
      bytes(encoded);
    },
    end: (alignment) => {
      take(Math.ceil(length / alignment) * alignment - length);
      return memory.slice(0, length);
    },
  };
}
