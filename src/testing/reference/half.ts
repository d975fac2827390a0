import { unpackHalves } from "../../half_float.ts";
import type { HostValue } from "../check_op.ts";

/** The nearest 16-bit float (IEEE 754 binary16), ties to even; what exceeds 65504 becomes 65504. */
export function roundToHalf(x: number): number {
  const size = Math.abs(x);
  if (size >= 65504) return Math.sign(x) * 65504;
  // The spacing of 16-bit floats around x, which have 11-bit significands. Below 2^-14 it is 2^-24.
  const spacing = 2 ** (Math.max(-14, Math.floor(Math.log2(size || 2 ** -24))) - 10);
  const steps = size / spacing;
  const below = Math.floor(steps);
  const rest = steps - below;
  const isUp = rest > 0.5 || (rest === 0.5 && below % 2 === 1);
  return Math.sign(x) * (isUp ? below + 1 : below) * spacing;
}

/** The bits of the nearest 16-bit float. */
function halfBits(x: number): number {
  if (Number.isNaN(x)) return 0x7e00;
  const rounded = Math.abs(roundToHalf(x));
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  if (rounded < 2 ** -14) return sign | (rounded * 2 ** 24);
  const exponent = Math.floor(Math.log2(rounded));
  return sign | ((exponent + 15) << 10) | ((rounded / 2 ** exponent - 1) * 1024);
}

/** Numbers as words of two 16-bit floats, the lower half first. */
export function packHalves(numbers: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: numbers.length / 2 }, (_, i) => halfBits(numbers[2 * i]!) + halfBits(numbers[2 * i + 1]!) * 0x10000);
}

/** A tensor whose last dimension is kept as words of two 16-bit floats. */
export function packedHalves({ shape, data }: HostValue): HostValue {
  return { shape: [...shape.slice(0, -1), shape.at(-1)! / 2], dtype: "u32", data: packHalves(data) };
}

/** The numbers of a tensor of floats, or of words of two 16-bit floats. */
export function numbersOf({ dtype, data }: HostValue): Float64Array {
  return dtype === "u32" ? Float64Array.from(unpackHalves(Uint32Array.from(data))) : data;
}
