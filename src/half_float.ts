/** Converts the bits of an IEEE half-precision float to a number: 1 sign bit, 5 exponent bits, 10 fraction bits. */
export function halfToFloat(bits: number): number {
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

/** The bits of the nearest binary16 of a float's bits. */
function halfOf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size >= INFINITE) return sign | (size > INFINITE ? 0x7e00 : 0x7c00);
  const exponent = (size >>> 23) - 127;
  if (exponent > 15) return sign | 0x7c00;
  // The fraction with its leading one; what is below 2^-14 loses further bits.
  const lost = exponent < -14 ? Math.min(13 - 14 - exponent, 25) : 13;
  const fraction = (size & 0x7fffff) | (size >>> 23 === 0 ? 0 : 0x800000);
  const kept = Math.floor(fraction / 2 ** lost);
  const rest = fraction - kept * 2 ** lost;
  const tie = 2 ** (lost - 1);
  const rounded = kept + (rest > tie || (rest === tie && kept % 2 === 1) ? 1 : 0);
  // A fraction that is rounded up to the next power of two carries into the exponent by itself.
  return sign | (exponent < -14 ? rounded : rounded + ((exponent + 14) << 10));
}
