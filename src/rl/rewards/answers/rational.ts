/** A fraction in lowest terms, with a denominator above 0. */
export interface Rational {
  readonly over: bigint;
  readonly under: bigint;
}

/** Longer numbers are no answers, and work with them would take long. */
const MOST_DIGITS = 200;
const MOST_EXPONENT = 400;
const MOST_FACTORIAL = 100;
/** Of products, whose factors may each be as large as a power. */
const LARGEST = 10n ** BigInt(10 * MOST_DIGITS);

/** @returns undefined where the denominator is 0 */
export function rational(over: bigint, under = 1n): Rational | undefined {
  if (under === 0n) return undefined;
  const divisor = greatestCommonDivisor(over, under) * (under < 0n ? -1n : 1n);
  return { over: over / divisor, under: under / divisor };
}

/** The value of digits with at most one decimal point: "18", "18.00", ".5". */
export function fromDecimal(text: string): Rational | undefined {
  const match = /^(\d*)(?:\.(\d*))?$/.exec(text);
  const [whole = "", part = ""] = match?.slice(1) ?? [];
  if (match === null || whole + part === "" || whole.length + part.length > MOST_DIGITS) return undefined;
  return rational(BigInt(whole + part), 10n ** BigInt(part.length));
}

export function add(a: Rational, b: Rational): Rational {
  return rational(a.over * b.under + b.over * a.under, a.under * b.under)!;
}

/** @returns undefined for a product that is too large */
export function multiply(a: Rational, b: Rational): Rational | undefined {
  const [over, under] = [a.over * b.over, a.under * b.under];
  return over > LARGEST || over < -LARGEST || under > LARGEST ? undefined : rational(over, under);
}

/** @returns undefined for a division by 0 */
export function divide(a: Rational, b: Rational): Rational | undefined {
  return rational(a.over * b.under, a.under * b.over);
}

/** @returns undefined for an exponent that is not whole or makes the number too large */
export function power(base: Rational, exponent: Rational): Rational | undefined {
  const size = exponent.over < 0n ? -exponent.over : exponent.over;
  const digits = Math.max(String(base.over).length, String(base.under).length);
  if (exponent.under !== 1n || size > MOST_EXPONENT || Number(size) * digits > 10 * MOST_DIGITS) return undefined;
  return exponent.over < 0n ? rational(base.under ** size, base.over ** size) : rational(base.over ** size, base.under ** size);
}

/** @returns undefined for one that is too large */
export function factorial(of: number): Rational | undefined {
  if (of > MOST_FACTORIAL) return undefined;
  let product = 1n;
  for (let factor = 2n; factor <= of; factor++) product *= factor;
  return rational(product);
}

export function negate({ over, under }: Rational): Rational {
  return { over: -over, under };
}

export function equals(a: Rational, b: Rational): boolean {
  return a.over === b.over && a.under === b.under;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y > 0n) [x, y] = [y, x % y];
  return x === 0n ? 1n : x;
}
