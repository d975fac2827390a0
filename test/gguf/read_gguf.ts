import { readFile } from "node:fs/promises";
import { GGMLQuantizationType, type GGUFValueType, gguf } from "@huggingface/gguf";

/** A tensor as an independent reader finds it: its type, its shape as the file counts it, and its numbers. */
export interface ReadTensor {
  readonly type: string;
  /** The dimension that runs fastest comes first. */
  readonly dimensions: readonly number[];
  readonly data: Float64Array;
}

export interface ReadGguf {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly types: Readonly<Record<string, GGUFValueType>>;
  readonly tensors: ReadonlyMap<string, ReadTensor>;
  readonly bytes: number;
}

/** Reads a GGUF file with Hugging Face's parser, and its numbers with decoders written from the definition of the types. */
export async function readGguf(path: string): Promise<ReadGguf> {
  const parsed = await gguf(path, { allowLocalFile: true, typedMetadata: true });
  const file = await readFile(path);
  const tensors = parsed.tensorInfos.map(({ name, shape, dtype, offset }): [string, ReadTensor] => {
    const dimensions = shape.map(Number);
    const type = GGMLQuantizationType[dtype];
    const begin = Number(parsed.tensorDataOffset + offset);
    if (begin % 32 !== 0) throw new Error(`${name} begins at ${begin}`);
    return [name, { type, dimensions, data: numbersOf(file, begin, product(dimensions), type) }];
  });
  const typed = Object.entries(parsed.typedMetadata) as [string, { type: GGUFValueType }][];
  return {
    metadata: parsed.metadata as Record<string, unknown>,
    types: Object.fromEntries(typed.map(([key, { type }]) => [key, type])),
    tensors: new Map(tensors),
    bytes: file.length,
  };
}

const product = (numbers: readonly number[]): number => numbers.reduce((a, b) => a * b, 1);

function numbersOf(file: Buffer, begin: number, count: number, type: string): Float64Array {
  const at = (i: number): number => {
    if (type === "F32") return file.readFloatLE(begin + 4 * i);
    if (type === "F16") return half(file.readUInt16LE(begin + 2 * i));
    if (type === "BF16") return bfloat(file.readUInt16LE(begin + 2 * i));
    const block = begin + 34 * Math.floor(i / 32);
    return half(file.readUInt16LE(block)) * file.readInt8(block + 2 + (i % 32));
  };
  return Float64Array.from({ length: count }, (_, i) => at(i));
}

function half(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

function bfloat(bits: number): number {
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setUint32(0, bits * 2 ** 16);
  return bytes.getFloat32(0);
}
