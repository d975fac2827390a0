import type { z } from "zod";

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

/** The line of one refused value. */
export function refusal(path: string, value: unknown, allowed: string): string {
  const place = path === "" ? "the configuration" : path;
  return value === undefined ? `${place} is missing; it must be ${allowed}` : `${place} is ${show(value)}; it must be ${allowed}`;
}

/** The line of a key that does not exist, with the nearest one that does. `section` is "" at the top. */
export function unknownKey(section: string, key: string, known: readonly string[]): string {
  const path = section === "" ? key : `${section}.${key}`;
  const nearest = nearestWord(key, known);
  const place = section === "" ? "the top level" : section;
  return `${path} is not a known key; ${nearest ? `did you mean ${nearest}?` : `${place} has the keys ${known.join(", ")}`}`;
}

/** One line per problem that zod found in `input`; `keysAt` tells the known keys of the section at a path. */
export function describeIssues(error: z.ZodError, input: unknown, keysAt: (path: readonly PropertyKey[]) => readonly string[]): string[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.join(".");
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(path, key, keysAt(issue.path)));
    const value = valueAt(input, issue.path);
    const words = issue.code === "invalid_value" ? issue.values.filter((word) => typeof word === "string") : [];
    const nearest = typeof value === "string" ? nearestWord(value, words) : undefined;
    return [refusal(path, value, issue.message) + (nearest ? `; did you mean ${nearest}?` : "")];
  });
}

/** The known word that takes the fewest edits (capitals do not count); undefined where these exceed both 2 and a third of the word. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const [best] = nearestFirst(word, known);
  const distance = best === undefined ? word.length : editDistance(word.toLowerCase(), best.toLowerCase());
  return distance <= Math.max(2, Math.floor(word.length / 3)) && distance < word.length ? best : undefined;
}

/** The known words, those first that take the fewest edits from `word`. */
export function nearestFirst(word: string, known: readonly string[]): string[] {
  const distance = (candidate: string): number => editDistance(word.toLowerCase(), candidate.toLowerCase());
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
  return path.reduce<unknown>((value, key) => (isMapping(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined), input);
}

/** Whether a value is a plain mapping (not a list, not null). */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (isMapping(value)) return "a mapping";
  const written = JSON.stringify(value) ?? String(value);
  return written.length > 60 ? `${written.slice(0, 57)}...` : written;
}
