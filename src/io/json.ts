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
      // A string in an object is a key where a colon follows.
      COLON.lastIndex = end;
      if (COLON.test(json)) {
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
