import { widenFrom16 } from "./half_float.ts";

/** A tensor whose numbers lie elsewhere, in a file or on a GPU, and are read a piece at a time. */
export interface StoredTensor {
  /** A type of the safetensors format, such as F32 or BF16. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /**
   * The bytes from the first to the last, little-endian. A piece has at most 16 MiB and, but for the last, a multiple of 8 bytes; it holds
   * its bytes until the next one is asked for.
   */
  pieces(): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** Stored tensors by name. */
export type TensorSource = ReadonlyMap<string, StoredTensor>;

/** The numbers of a piece as floats of 32 bits, where they are floats; a view of the same bytes where these are such floats already. */
export function floatsOf(bytes: Uint8Array<ArrayBuffer>, dtype: string): Float32Array<ArrayBuffer> | undefined {
  const { buffer, byteOffset, length } = bytes;
  if (dtype === "F32") return new Float32Array(buffer, byteOffset, length / 4);
  if (dtype === "F64") return new Float32Array(new Float64Array(buffer, byteOffset, length / 8));
  if (dtype === "F16") return widenFrom16(new Uint16Array(buffer, byteOffset, length / 2), "f16");
  if (dtype === "BF16") return widenFrom16(new Uint16Array(buffer, byteOffset, length / 2), "bf16");
  return undefined;
}

/** The types of the safetensors format that `floatsOf` reads. */
export const FLOAT_DTYPES: readonly string[] = ["F32", "F16", "BF16", "F64"];
