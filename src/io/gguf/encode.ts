import { quoted } from "../../options/quote.ts";
import { floatsOf, type StoredTensor } from "../../stored_tensor.ts";
import { convertFloats } from "../convert_floats.ts";
import { FileError } from "../file_error.ts";
import { elements } from "../safetensors_header.ts";
import { GGML_TYPES, type GgufTensorType } from "./tensor_types.ts";

type Floats = Float32Array<ArrayBuffer>;

/** Makes of the numbers of a whole tensor those that llama.cpp wants, in its order. */
export type Rearrange = (values: Floats) => Floats;

/** A tensor to be written: where its numbers are, and what becomes of them. */
export interface GgufTensor {
  readonly name: string;
  /** The shape in the file, row-major. */
  readonly shape: readonly number[];
  readonly type: GgufTensorType;
  readonly source: StoredTensor;
  readonly rearrange?: Rearrange | undefined;
}

/** The bytes of a tensor in its type, a piece at a time. A tensor that is rearranged lies in memory as a whole. @throws FileError */
export async function* encodedPieces({ name, type, source, rearrange }: GgufTensor): AsyncGenerator<Uint8Array> {
  const pieces = floatPieces(name, source);
  if (rearrange) yield encode(rearrange(await gathered(pieces, elements(source.shape))), type, name);
  else for await (const values of wholeBlocks(pieces, GGML_TYPES[type].blockElements)) yield encode(values, type, name);
}

function encode(values: Floats, type: GgufTensorType, name: string): Uint8Array {
  return type === "q8_0" ? quantized(values, name) : convertFloats(bytesOf(values), "F32", type, name);
}

async function* floatPieces(name: string, source: StoredTensor): AsyncGenerator<Floats> {
  for await (const piece of source.pieces()) {
    const values = floatsOf(piece, source.dtype);
    if (!values) throw new FileError(`Tensor ${quoted(name)} has dtype ${quoted(source.dtype)}; only floats are exported.`);
    yield values;
  }
}

async function gathered(pieces: AsyncIterable<Floats>, length: number): Promise<Floats> {
  const whole = new Float32Array(length);
  let done = 0;
  for await (const values of pieces) {
    whole.set(values, done);
    done += values.length;
  }
  return whole;
}

/** The same numbers in pieces that hold whole blocks. */
async function* wholeBlocks(pieces: AsyncIterable<Floats>, blockElements: number): AsyncGenerator<Floats> {
  let rest: Floats = new Float32Array(0);
  for await (const values of pieces) {
    const joined = rest.length > 0 ? join(rest, values) : values;
    const whole = joined.length - (joined.length % blockElements);
    // A piece holds its bytes only until the next one is asked for.
    rest = joined.slice(whole);
    if (whole > 0) yield joined.subarray(0, whole);
  }
}

function join(a: Floats, b: Floats): Floats {
  const joined = new Float32Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

function bytesOf({ buffer, byteOffset, byteLength }: Floats): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * Q8_0: of every 32 numbers the scale d = max |x| / 127 as f16, then round(x / d) as 32 signed bytes, halves rounded away from zero. The
 * bytes are computed with d in single precision, as ggml does.
 */
function quantized(values: Floats, name: string): Uint8Array<ArrayBuffer> {
  const { blockElements, blockBytes } = GGML_TYPES.q8_0;
  const blocks = values.length / blockElements;
  const scales = new Float32Array(blocks);
  const out = new Uint8Array(blocks * blockBytes);
  for (let block = 0; block < blocks; block += 1) {
    const begin = block * blockElements;
    let largest = 0;
    for (let i = begin; i < begin + blockElements; i += 1) largest = Math.max(largest, Math.abs(values[i]!));
    const scale = Math.fround(largest / 127);
    const inverse = Math.fround(1 / scale);
    scales[block] = scale;
    // So small a scale is zero in f16.
    if (!Number.isFinite(inverse)) continue;
    for (let i = 0; i < blockElements; i += 1) {
      const scaled = Math.fround(values[begin + i]! * inverse);
      out[block * blockBytes + 2 + i] = Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5);
    }
  }
  const halves = convertFloats(bytesOf(scales), "F32", "f16", name);
  for (let block = 0; block < blocks; block += 1) out.set(halves.subarray(2 * block, 2 * block + 2), block * blockBytes);
  return out;
}
