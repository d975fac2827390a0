import { firstNumber, lastNumber } from "./extract.ts";
import { plainMath, readNumber, type WrittenNumber } from "./number.ts";
import { equals, multiply, type Rational, rational } from "./rational.ts";

/** Whether two answers mean the same: as exact numbers, as lists of such in brackets, or else as texts without their dress. */
export function sameAnswer(given: string, right: string): boolean {
  const wanted = readNumber(right);
  if (wanted) {
    const found = numberIn(given);
    return found !== undefined && sameNumber(found, wanted);
  }
  const [ours, theirs] = [partsOf(afterEquals(plainMath(given))), partsOf(afterEquals(plainMath(right)))];
  if (ours && theirs) return ours.length === theirs.length && theirs.every((part, i) => sameAnswer(ours[i]!, part));
  return bare(given) === bare(right);
}

/** The number of an answer: the whole of it, what follows its last "=", or else the one number that leads a sentence. */
function numberIn(text: string): WrittenNumber | undefined {
  const plain = plainMath(text);
  const whole = readNumber(plain) ?? (plain.includes("=") ? readNumber(afterEquals(plain)) : undefined);
  if (whole) return whole;
  if (!/[A-Za-z]{2,}(?:\s|$)/.test(plain) || /\\|\b(?:or|and|to|between)\b/.test(plain)) return undefined;
  const number = plain.includes("=") ? lastNumber(plain) : firstNumber(plain);
  return number === undefined ? undefined : readNumber(number);
}

const HUNDREDTH = rational(1n, 100n)!;

/** A percent sign on one side may be a unit (50% is 50) or a hundredth (50% is 1/2); on both sides it is the same on both. */
function sameNumber(a: WrittenNumber, b: WrittenNumber): boolean {
  if (equals(a.value, b.value)) return true;
  return a.isPercent !== b.isPercent && equals(part(a), part(b));
}

function part({ value, isPercent }: WrittenNumber): Rational {
  return isPercent ? multiply(value, HUNDREDTH) : value;
}

function afterEquals(text: string): string {
  return text.slice(text.lastIndexOf("=") + 1).trim();
}

/** The parts of a list in brackets, such as "(1, 2)"; undefined for any other text. */
function partsOf(text: string): string[] | undefined {
  const inside = /^(?:\$)?[([{]([^()[\]{}]*)[)\]}](?:\$)?$/.exec(text.replace(/\\([{}])/g, "$1"))?.[1];
  const parts = inside?.split(",").map((one) => one.trim());
  return parts && parts.length > 1 ? parts : undefined;
}

/** A text without spaces, dollar signs, braces around single characters and a last full stop; without capitals where it is words. */
function bare(text: string): string {
  const plain = afterEquals(plainMath(text)).replace(/\$/g, "").replace(/[.]+$/, "").trim();
  const words = /^[\p{L}\s'-]{2,}$/u.test(plain) ? plain.toLowerCase() : plain;
  return words
    .replace(/\s+/g, "")
    .replace(/\{(\w)\}/g, "$1")
    .replace(/^\((\w)\)$/, "$1");
}
