import { brief, quoted, reasonOf } from "../options/quote.ts";
import { FileError } from "./file_error.ts";

/**
 * The object that a JSON text holds; `name` stands for the file in messages.
 * @throws FileError for text that is not JSON, for another value than an object, and for a key that stands twice in one object
 */
export function parseJsonObject(text: string, name: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FileError(`${brief(name)} is not valid JSON: ${reasonOf(error)}${isLfsPointer(text) ? `; ${LFS_REMEDY}` : ""}.`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FileError(`${brief(name)} holds ${Array.isArray(value) ? "an array" : quoted(value)}; a JSON object is expected.`);
  }
  const repeated = repeatedKey(text);
  if (repeated !== undefined)
    throw new FileError(`${brief(name)} has the key ${quoted(repeated)} twice in one object; remove one of them.`);
  return value as Record<string, unknown>;
}

/**
 * The same, with whole numbers as they are written: those that a number does not hold exactly are bigints.
 * @throws FileError as parseJsonObject does
 */
export function parseExactJsonObject(text: string, name: string): Record<string, unknown> {
  const value = parseJsonObject(text, name);
  const marked = SIXTEEN_DIGITS.test(text) ? withMarkedIntegers(text) : undefined;
  return marked === undefined ? value : (JSON.parse(marked, unmarked) as Record<string, unknown>);
}

/** Shorter whole numbers are exact. */
const SIXTEEN_DIGITS = /\d{16}/;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const WHOLE = /^-?\d+$/;

/**
 * A valid JSON text whose inexact whole numbers are texts with an "n" before the digits. So that they differ from every other text, these
 * get an "s". undefined where all numbers are exact.
 */
function withMarkedIntegers(json: string): string | undefined {
  const pieces: string[] = [];
  let [done, hasIntegers] = [0, false];
  const replace = (begin: number, end: number, by: string): void => {
    pieces.push(json.slice(done, begin), by);
    done = end;
  };
  const next = /["\d-]/g;
  for (let found = next.exec(json); found !== null; found = next.exec(json)) {
    const begin = found.index;
    const end = found[0] === '"' ? endOfString(json, begin) : endOfNumber(json, begin);
    const token = json.slice(begin, end);
    if (found[0] === '"') {
      if (!isKey(json, end)) replace(begin, end, `"s${token.slice(1)}`);
    } else if (WHOLE.test(token) && !Number.isSafeInteger(Number(token))) {
      replace(begin, end, `"n${token}"`);
      hasIntegers = true;
    }
    next.lastIndex = end;
  }
  return hasIntegers ? pieces.join("") + json.slice(done) : undefined;
}

function unmarked(_: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  return value.startsWith("n") ? BigInt(value.slice(1)) : value.slice(1);
}

/** What to do about a file that Git LFS left as a pointer. */
export const LFS_REMEDY = "it is a Git LFS pointer in place of the file: run `git lfs pull`, or download the file itself";

/** Whether a text is what Git LFS leaves in place of a file that was not downloaded. */
export function isLfsPointer(text: string): boolean {
  return text.startsWith("version https://git-lfs.github.com/spec/");
}

/** A key that stands twice in one object of a valid JSON text, where JSON.parse keeps the last in silence. */
function repeatedKey(json: string): string | undefined {
  /** The keys so far of every open object; undefined for an open list. */
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === "{") open.push(new Set());
    else if (character === "[") open.push(undefined);
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const end = endOfString(json, i);
      if (isKey(json, end)) {
        const key = JSON.parse(json.slice(i, end)) as string;
        if (open.at(-1)?.has(key)) return key;
        open.at(-1)?.add(key);
      }
      i = end - 1;
    }
  }
  return undefined;
}

const COLON = /\s*:/y;

/** Whether the string that ends at an index is a key: a colon follows. */
function isKey(json: string, end: number): boolean {
  COLON.lastIndex = end;
  return COLON.test(json);
}

/** The index after the number that begins at `begin`. */
function endOfNumber(json: string, begin: number): number {
  NUMBER.lastIndex = begin;
  return begin + NUMBER.exec(json)![0].length;
}

/** The index after the quote that ends the string which begins at `begin`. */
function endOfString(json: string, begin: number): number {
  let end = json.indexOf('"', begin + 1);
  while (isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end + 1;
}

/** Whether an odd number of backslashes stands before a character. */
function isEscaped(json: string, at: number): boolean {
  let before = at;
  while (json[before - 1] === "\\") before -= 1;
  return (at - before) % 2 === 1;
}
