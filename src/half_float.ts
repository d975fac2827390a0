/** Converts the bits of an IEEE half-precision float to a number: 1 sign bit, 5 exponent bits, 10 fraction bits. */
function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The values of words that hold two 16-bit floats each, the lower half first, as in WGSL's unpack2x16float. */
export function unpackHalves(words: Uint32Array): Float32Array {
  const values = new Float32Array(2 * words.length);
  words.forEach((word, i) => {
    values[2 * i] = halfToFloat(word & 0xffff);
    values[2 * i + 1] = halfToFloat(word >>> 16);
  });
  return values;
}

/** Floats of 16 bits: IEEE binary16, and bfloat16, which is the upper half of a 32-bit float. */
export type HalfType = "f16" | "bf16";

/** The values of 16-bit floats. */
export function widenFrom16(halves: Uint16Array, type: HalfType): Float32Array<ArrayBuffer> {
  const values = new Float32Array(halves.length);
  const words = new Uint32Array(values.buffer);
  if (type === "bf16") for (let i = 0; i < halves.length; i += 1) words[i] = halves[i]! << 16;
  else {
    const table = halfTable();
    for (let i = 0; i < halves.length; i += 1) words[i] = table[halves[i]!]!;
  }
  return values;
}

let table: Uint32Array | undefined;

/** The bits of every IEEE half-precision float in single precision. */
function halfTable(): Uint32Array {
  table ??= new Uint32Array(Float32Array.from({ length: 2 ** 16 }, (_, bits) => halfToFloat(bits)).buffer);
  return table;
}

/** Floats rounded to the nearest 16-bit float, ties to even. Values that are too large become infinite. */
export function roundTo16(values: Float32Array, type: HalfType): Uint16Array<ArrayBuffer> {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const round = type === "bf16" ? bfloatOf : halfOf;
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < words.length; i += 1) halves[i] = round(words[i]!);
  return halves;
}

const INFINITE = 0x7f800000;

/** The bits of the nearest bfloat16 of a float's bits. */
function bfloatOf(bits: number): number {
  // A NaN stays one whatever its lower bits are.
  if ((bits & 0x7fffffff) > INFINITE) return (bits >>> 16) | 0x40;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** Scratch memory for reading a float's bits as its value. */
const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** The bits of the nearest binary16 of a float's bits. */
function halfOf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size > INFINITE) return sign | 0x7e00;
  // From 2^16 on all is infinite; a fraction that is rounded up to the next power of two carries into the exponent by itself.
  if (size >= 0x47800000) return sign | 0x7c00;
  if (size >= 0x38800000) return sign | (((size + 0xfff + ((size >>> 13) & 1)) >>> 13) - (112 << 10));
  // Below 2^-14 the step is 2^-24 everywhere, which is that of single precision from 0.5 on.
  scratchBits[0] = size;
  scratch[0]! += 0.5;
  return sign | (scratchBits[0]! - 0x3f000000);
}
