import { NotFiniteError } from "../gpu/errors.ts";
import { type HalfType, widenFrom16 } from "../half_float.ts";

/** Looks at the numbers of one array, a piece at a time. */
export interface FiniteCheck {
  see(piece: ArrayLike<number>): void;
  /** Looks at words of 16 bits, by their exponents. */
  seeHalves(piece: Uint16Array, type: HalfType): void;
  /** @throws NotFiniteError where a number of the array is not finite in single precision */
  end(): void;
}

/** Names the array and its owner; `consequence` ends the message. */
export function createFiniteCheck(name: string, owner: string, consequence: string): FiniteCheck {
  let seen = 0;
  let count = 0;
  let first: { readonly value: number; readonly at: number } | undefined;
  const see = (piece: ArrayLike<number>): void => {
    for (let i = nextNotFinite(piece, 0); i < piece.length; i = nextNotFinite(piece, i + 1)) {
      first ??= { value: piece[i]!, at: seen + i };
      count += 1;
    }
    seen += piece.length;
  };
  return {
    see,
    seeHalves: (piece, type) => {
      if (hasExponent(piece, EXPONENT[type])) see(widenFrom16(piece, type));
      else seen += piece.length;
    },
    end: () => {
      if (!first) return;
      const many = count === 1 ? "1 number is" : `${count} numbers are`;
      throw new NotFiniteError(`${owner}: ${many} not finite of ${seen} in ${name}, first ${first.value} at ${first.at}; ${consequence}`);
    },
  };
}

/** @throws NotFiniteError naming the first array with a number that is not finite in single precision. `consequence` ends the message. */
export function requireFinite(arrays: ReadonlyMap<string, { readonly data: ArrayLike<number> }>, owner: string, consequence: string): void {
  for (const [name, { data }] of arrays) {
    const check = createFiniteCheck(name, owner, consequence);
    check.see(data);
    check.end();
  }
}

function nextNotFinite(data: ArrayLike<number>, begin: number): number {
  let i = begin;
  if (data instanceof Float32Array) while (i < data.length && Number.isFinite(data[i])) i += 1;
  else while (i < data.length && Number.isFinite(Math.fround(data[i]!))) i += 1;
  return i;
}

/** The bits of the exponent, all of which are set in infinities and NaN. */
const EXPONENT: Readonly<Record<HalfType, number>> = { f16: 0x7c00, bf16: 0x7f80 };

function hasExponent(words: Uint16Array, exponent: number): boolean {
  for (let i = 0; i < words.length; i += 1) if ((words[i]! & exponent) === exponent) return true;
  return false;
}
