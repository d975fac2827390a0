import { floatsOf } from "../stored_tensor.ts";

/** What the host keeps of a tensor: floats of any width as float32, integers of any width as int32. */
export type HostData = Float32Array | Int32Array;

interface Dtype {
  readonly bytes: number;
  /** Reads a buffer of little-endian values; undefined when an integer does not fit int32. */
  readonly decode: (buffer: ArrayBuffer) => HostData | undefined;
}

/** The element types of the safetensors format that can be read. */
export const DTYPES: Readonly<Record<string, Dtype>> = {
  F32: { bytes: 4, decode: (buffer) => floatsOf(new Uint8Array(buffer), "F32") },
  F64: { bytes: 8, decode: (buffer) => floatsOf(new Uint8Array(buffer), "F64") },
  F16: { bytes: 2, decode: (buffer) => floatsOf(new Uint8Array(buffer), "F16") },
  BF16: { bytes: 2, decode: (buffer) => floatsOf(new Uint8Array(buffer), "BF16") },
  I64: { bytes: 8, decode: (buffer) => fittingInt32(new BigInt64Array(buffer)) },
  U64: { bytes: 8, decode: (buffer) => fittingInt32(new BigUint64Array(buffer)) },
  I32: { bytes: 4, decode: (buffer) => new Int32Array(buffer) },
  U32: { bytes: 4, decode: (buffer) => fittingInt32(new Uint32Array(buffer)) },
  I16: { bytes: 2, decode: (buffer) => new Int32Array(new Int16Array(buffer)) },
  U16: { bytes: 2, decode: (buffer) => new Int32Array(new Uint16Array(buffer)) },
  I8: { bytes: 1, decode: (buffer) => new Int32Array(new Int8Array(buffer)) },
  U8: { bytes: 1, decode: (buffer) => new Int32Array(new Uint8Array(buffer)) },
  BOOL: { bytes: 1, decode: (buffer) => new Int32Array(new Uint8Array(buffer)) },
};

function fittingInt32(values: Uint32Array | BigInt64Array | BigUint64Array): Int32Array | undefined {
  const result = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    if (value !== (value | 0)) return undefined;
    result[i] = value;
  }
  return result;
}
