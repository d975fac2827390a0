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
  if (ours && theirs)
    return ours.brackets === theirs.brackets && (theirs.brackets === "{}" ? sameSet : sameParts)(ours.parts, theirs.parts);
  return bare(given) === bare(right);
}

function sameParts(ours: readonly string[], theirs: readonly string[]): boolean {
  return ours.length === theirs.length && theirs.every((part, i) => sameAnswer(ours[i]!, part));
}

/** Each part stands for one of the others, in any order. */
function sameSet(ours: readonly string[], theirs: readonly string[]): boolean {
  if (ours.length !== theirs.length) return false;
  const left = [...ours];
  return theirs.every((part) => {
    const at = left.findIndex((one) => sameAnswer(one, part));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

/** The number of an answer: the whole of it, what follows its last "=", or else the one number that leads a sentence. */
function numberIn(text: string): WrittenNumber | undefined {
  const plain = plainMath(text);
  const whole = readNumber(plain) ?? readNumber(afterEquals(plain));
  if (whole) return whole;
  if (!/[A-Za-z]{2}(?:\s|$)/.test(plain) || /\\|\b(?:or|and|to|between)\b/.test(plain)) return undefined;
  const number = plain.includes("=") ? lastNumber(plain) : firstNumber(plain);
  return number === undefined ? undefined : readNumber(number);
}

const HUNDREDTH = rational(1n, 100n)!;

/** A percent sign on one side may be a unit (50% is 50) or a hundredth (50% is 1/2); on both sides it is the same on both. */
function sameNumber(a: WrittenNumber, b: WrittenNumber): boolean {
  if (equals(a.value, b.value)) return true;
  const [ours, theirs] = [part(a), part(b)];
  return a.isPercent !== b.isPercent && ours !== undefined && theirs !== undefined && equals(ours, theirs);
}

function part({ value, isPercent }: WrittenNumber): Rational | undefined {
  return isPercent ? multiply(value, HUNDREDTH) : value;
}

/** What follows the last "=" of a text that gives one value; the whole of one that gives several, such as "x = 1 or x = 2". */
function afterEquals(text: string): string {
  const end = text.lastIndexOf("=");
  return JOINS_VALUES.test(text.slice(0, Math.max(end, 0)).replace(IN_BRACKETS, "")) ? text : text.slice(end + 1).trim();
}

const IN_BRACKETS = /[([{][^()[\]{}]*[)\]}]/g;
/** A comma between groups of digits joins nothing. */
const JOINS_VALUES = /\b(?:or|and)\b|;|,(?!\d{3}(?!\d))/i;

interface Parts {
  /** The opening and the closing bracket: they tell a pair from a set, and open intervals from closed ones. */
  readonly brackets: string;
  readonly parts: readonly string[];
}

/** The parts of a list in brackets, such as "(1, 2)" or "(\frac{1}{2}, [0, 1])"; undefined for any other text. */
function partsOf(text: string): Parts | undefined {
  const list = text.replace(/\\([{}])/g, "$1").replace(/^\$|\$$/g, "");
  if (!/^[([{].*[)\]}]$/s.test(list)) return undefined;
  const commas = outerCommas(list);
  if (commas === undefined || commas.length === 0) return undefined;
  const ends = [...commas, list.length - 1];
  return { brackets: list[0]! + list.at(-1)!, parts: ends.map((end, i) => list.slice((commas[i - 1] ?? 0) + 1, end).trim()) };
}

/** Where the commas are that stand in a list's own brackets and in no inner ones; undefined where those close before its end. */
function outerCommas(list: string): number[] | undefined {
  const commas: number[] = [];
  let depth = 0;
  for (let i = 0; i < list.length; i++) {
    const character = list[i]!;
    if ("([{".includes(character)) depth += 1;
    else if (")]}".includes(character)) depth -= 1;
    else if (character === "," && depth === 1) commas.push(i);
    if (depth === 0 && i < list.length - 1) return undefined;
  }
  return depth === 0 ? commas : undefined;
}

/** A text without spaces, dollar signs, braces around single characters and a last full stop; without capitals where it is words. */
function bare(text: string): string {
  const plain = afterEquals(plainMath(text))
    .replace(/\$/g, "")
    .replace(/(?<!\.)\.+$/, "")
    .trim();
  const words = /^[\p{L}\s'-]{2,}$/u.test(plain) ? plain.toLowerCase() : plain;
  return words
    .replace(/\s+/g, "")
    .replace(/\{(\w)\}/g, "$1")
    .replace(/^\((\w)\)$/, "$1");
}
