import type { z } from "zod";
import { brief, listed, quoted } from "./quote.ts";

/** The most problems that one error names; a file of another kind has thousands. */
const MOST_PROBLEMS = 10;

/** No name here is longer. What is longer is no misspelt name, and comparing it takes long. */
const LONGEST_WORD = 64;

/** What else is known of a key or a value that does not exist here, such as another program's name for an option. */
export interface Hints {
  /** Says what to write in place of an unknown key; undefined where nothing is known of it. */
  readonly ofKey?: (section: string, key: string) => string | undefined;
  /** Says what to write in place of a refused value. */
  readonly ofValue?: (path: string, value: unknown) => string | undefined;
}

/** A configuration that cannot be used. The message holds one line per problem: key path, value, what is allowed. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/** @throws ConfigError where there is a problem */
export function throwIfAny(problems: readonly string[]): void {
  if (problems.length > 0) throw new ConfigError(problems);
}

/**
 * Refuses options of a function that it does not know, whatever their types say: JavaScript has none. `hintOf` says what else is known of
 * one.
 * @throws ConfigError with one line for each
 */
export function requireKnownOptions(
  call: string,
  given: unknown,
  known: readonly string[],
  hintOf?: (key: string) => string | undefined,
): void {
  if (isPromise(given)) throw new ConfigError([`the options of ${call} are a promise; await it`]);
  if (!isMapping(given)) {
    throw new ConfigError([`the options of ${call} are ${quoted(given)}; give an object with any of ${listed(known)}`]);
  }
  const unknown = Object.keys(given).filter((key) => !known.includes(key));
  const remedyOf = (key: string): string => {
    const nearest = nearestWord(key, known);
    return hintOf?.(key) ?? (nearest ? `did you mean ${nearest}?` : `its options are ${listed(known)}`);
  };
  throwIfAny(unknown.slice(0, MOST_PROBLEMS).map((key) => `${brief(key)} is not a known option of ${call}; ${remedyOf(key)}`));
}

/** Whether a value still has to be awaited. */
export function isPromise(value: unknown): boolean {
  return isMapping(value) && typeof value.then === "function";
}

/** The line of one refused value. */
export function refusal(path: string, value: unknown, allowed: string): string {
  const place = path === "" ? "the configuration" : brief(path);
  return value === undefined ? `${place} is missing; it must be ${allowed}` : `${place} is ${show(value)}; it must be ${allowed}`;
}

/** The line of a key that does not exist, with the hint, or the nearest one that does. `section` is "" at the top. */
export function unknownKey(section: string, key: string, known: readonly string[], hint?: string): string {
  const path = brief(section === "" ? key : `${section}.${key}`);
  const nearest = nearestWord(key, known);
  const place = section === "" ? "the top level" : brief(section);
  const remedy = hint ?? (nearest ? `did you mean ${nearest}?` : `${place} has the keys ${listed(known)}`);
  return `${path} is not a known key; ${remedy}`;
}

/**
 * One line per problem that zod found in `input`, and one that counts those beyond the first few. `keysAt` tells the known keys of the
 * section at a path.
 */
export function describeIssues(
  error: z.ZodError,
  input: unknown,
  keysAt: (path: readonly PropertyKey[]) => readonly string[],
  hints: Hints = {},
): string[] {
  const describe = error.issues.flatMap((issue): (() => string)[] => {
    const path = issue.path.join(".");
    if (issue.code !== "unrecognized_keys") return [() => refusedValue(issue, path, valueAt(input, issue.path), hints)];
    return issue.keys.map((key) => () => unknownKey(path, key, keysAt(issue.path), hints.ofKey?.(path, key)));
  });
  const more = describe.length - MOST_PROBLEMS;
  const shown = describe.slice(0, MOST_PROBLEMS).map((line) => line());
  return more > 0 ? [...shown, `${more} more problems of the same input are not shown; mend these first`] : shown;
}

function refusedValue(issue: z.core.$ZodIssue, path: string, value: unknown, hints: Hints): string {
  const words = issue.code === "invalid_value" ? issue.values.filter((word) => typeof word === "string") : [];
  const nearest = typeof value === "string" ? nearestWord(value, words) : undefined;
  const hint = hints.ofValue?.(path, value) ?? (nearest && `did you mean ${nearest}?`);
  return refusal(path, value, issue.message) + (hint ? `; ${hint}` : "");
}

/**
 * The known word that takes the fewest edits (capitals do not count); undefined where these exceed both 2 and a third of the word. The
 * first part of a single known word stands for it: ppo for ppo-clip.
 */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  if (word.length > LONGEST_WORD) return undefined;
  const begun = known.filter((candidate) => candidate.toLowerCase().startsWith(`${word.toLowerCase()}-`));
  if (begun.length === 1) return begun[0];
  const [best] = nearestFirst(word, known);
  const distance = best === undefined ? word.length : editDistance(word.toLowerCase(), best.toLowerCase());
  return distance <= Math.max(2, Math.floor(word.length / 3)) && distance < word.length ? best : undefined;
}

/** The known words, those first that take the fewest edits from `word`. */
export function nearestFirst(word: string, known: readonly string[]): string[] {
  const short = word.slice(0, LONGEST_WORD).toLowerCase();
  const distance = (candidate: string): number => editDistance(short, candidate.toLowerCase());
  return [...known].sort((a, b) => distance(a) - distance(b));
}

/** How many insertions, deletions, replacements and swaps of neighbours turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? beforeLast[j - 2]! + 1 : Infinity;
      row.push(Math.min(last[j]! + 1, row[j - 1]! + 1, replaced, swapped));
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  const own = (value: unknown, key: PropertyKey): unknown =>
    typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
  return path.reduce<unknown>(own, input);
}

/** Whether a value is a plain mapping (not a list, not null). */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return isMapping(value) ? "a mapping" : quoted(value);
}
