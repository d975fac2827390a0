import { brief, listed, quoted } from "./quote.js";
/** The most problems that one error names; a file of another kind has thousands. */
const MOST_PROBLEMS = 10;
/** No name here is longer. What is longer is no misspelt name, and comparing it takes long. */
const LONGEST_WORD = 64;
/** A configuration that cannot be used. The message holds one line per problem: key path, value, what is allowed. */
export class ConfigError extends Error {
    name = "ConfigError";
    problems;
    constructor(problems) {
        super(problems.join("\n"));
        this.problems = problems;
    }
}
/** @throws ConfigError where there is a problem */
export function throwIfAny(problems) {
    if (problems.length > 0)
        throw new ConfigError(problems);
}
/** The line of one refused value. */
export function refusal(path, value, allowed) {
    const place = path === "" ? "the configuration" : brief(path);
    return value === undefined ? `${place} is missing; it must be ${allowed}` : `${place} is ${show(value)}; it must be ${allowed}`;
}
/** The line of a key that does not exist, with the hint, or the nearest one that does. `section` is "" at the top. */
export function unknownKey(section, key, known, hint) {
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
export function describeIssues(error, input, keysAt, hints = {}) {
    const describe = error.issues.flatMap((issue) => {
        const path = issue.path.join(".");
        if (issue.code !== "unrecognized_keys")
            return [() => refusedValue(issue, path, valueAt(input, issue.path), hints)];
        return issue.keys.map((key) => () => unknownKey(path, key, keysAt(issue.path), hints.ofKey?.(path, key)));
    });
    const more = describe.length - MOST_PROBLEMS;
    const shown = describe.slice(0, MOST_PROBLEMS).map((line) => line());
    return more > 0 ? [...shown, `${more} more problems of the same input are not shown; mend these first`] : shown;
}
function refusedValue(issue, path, value, hints) {
    const words = issue.code === "invalid_value" ? issue.values.filter((word) => typeof word === "string") : [];
    const nearest = typeof value === "string" ? nearestWord(value, words) : undefined;
    const hint = hints.ofValue?.(path, value) ?? (nearest && `did you mean ${nearest}?`);
    return refusal(path, value, issue.message) + (hint ? `; ${hint}` : "");
}
/**
 * The known word that takes the fewest edits (capitals do not count); undefined where these exceed both 2 and a third of the word. The
 * first part of a single known word stands for it: ppo for ppo-clip.
 */
export function nearestWord(word, known) {
    if (word.length > LONGEST_WORD)
        return undefined;
    const begun = known.filter((candidate) => candidate.toLowerCase().startsWith(`${word.toLowerCase()}-`));
    if (begun.length === 1)
        return begun[0];
    const [best] = nearestFirst(word, known);
    const distance = best === undefined ? word.length : editDistance(word.toLowerCase(), best.toLowerCase());
    return distance <= Math.max(2, Math.floor(word.length / 3)) && distance < word.length ? best : undefined;
}
/** The known words, those first that take the fewest edits from `word`. */
export function nearestFirst(word, known) {
    const short = word.slice(0, LONGEST_WORD).toLowerCase();
    const distance = (candidate) => editDistance(short, candidate.toLowerCase());
    return [...known].sort((a, b) => distance(a) - distance(b));
}
/** How many insertions, deletions, replacements and swaps of neighbours turn `a` into `b`. */
function editDistance(a, b) {
    let beforeLast = [];
    let last = Array.from({ length: b.length + 1 }, (_, j) => j);
    for (let i = 1; i <= a.length; i++) {
        const row = [i];
        for (let j = 1; j <= b.length; j++) {
            const replaced = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
            const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? beforeLast[j - 2] + 1 : Infinity;
            row.push(Math.min(last[j] + 1, row[j - 1] + 1, replaced, swapped));
        }
        beforeLast = last;
        last = row;
    }
    return last[b.length];
}
function valueAt(input, path) {
    const own = (value, key) => typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
    return path.reduce(own, input);
}
/** Whether a value is a plain mapping (not a list, not null). */
export function isMapping(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
function show(value) {
    return isMapping(value) ? "a mapping" : quoted(value);
}
