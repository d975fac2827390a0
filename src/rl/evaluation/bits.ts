/** One yes or no for each of some problems, as hexadecimal digits: bit i % 4 of digit i / 4. */
export function bitsToHex(bits: readonly boolean[]): string {
  const digits = Array.from({ length: Math.ceil(bits.length / 4) }, (_, digit) =>
    [0, 1, 2, 3].reduce((sum, bit) => sum + (bits[4 * digit + bit] ? 2 ** bit : 0), 0),
  );
  return digits.map((digit) => digit.toString(16)).join("");
}

/** The first `length` of what `bitsToHex` wrote. Undefined where the digits are those of another length. */
export function bitsFromHex(hex: string, length: number): boolean[] | undefined {
  if (hex.length !== Math.ceil(length / 4)) return undefined;
  return Array.from({ length }, (_, i) => ((Number.parseInt(hex[i >> 2]!, 16) >> (i & 3)) & 1) === 1);
}
