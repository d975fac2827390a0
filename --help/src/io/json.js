import { brief, quoted, reasonOf } from "../options/quote.js";
import { FileError } from "./file_error.js";
/**
 * The object that a JSON text holds; `name` stands for the file in messages.
 * @throws FileError for text that is not JSON, for another value than an object, and for a key that stands twice in one object
 */
export function parseJsonObject(text, name) {
    let value;
    try {
        value = JSON.parse(text);
    }
    catch (error) {
        throw new FileError(`${brief(name)} is not valid JSON: ${reasonOf(error)}${isLfsPointer(text) ? `; ${LFS_REMEDY}` : ""}.`);
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
        throw new FileError(`${brief(name)} holds ${Array.isArray(value) ? "an array" : quoted(value)}; a JSON object is expected.`);
    }
    const repeated = repeatedKey(text);
    if (repeated !== undefined)
        throw new FileError(`${brief(name)} has the key ${quoted(repeated)} twice in one object; remove one of them.`);
    return value;
}
/** What to do about a file that Git LFS left as a pointer. */
export const LFS_REMEDY = "it is a Git LFS pointer in place of the file: run `git lfs pull`, or download the file itself";
/** Whether a text is what Git LFS leaves in place of a file that was not downloaded. */
export function isLfsPointer(text) {
    return text.startsWith("version https://git-lfs.github.com/spec/");
}
/** A key that stands twice in one object of a valid JSON text, where JSON.parse keeps the last in silence. */
function repeatedKey(json) {
    /** The keys so far of every open object; undefined for an open list. */
    const open = [];
    for (let i = 0; i < json.length; i++) {
        const character = json[i];
        if (character === "{")
            open.push(new Set());
        else if (character === "[")
            open.push(undefined);
        else if (character === "}" || character === "]")
            open.pop();
        else if (character === '"') {
            const end = endOfString(json, i);
            // A string in an object is a key where a colon follows.
            COLON.lastIndex = end;
            if (COLON.test(json)) {
                const key = JSON.parse(json.slice(i, end));
                if (open.at(-1)?.has(key))
                    return key;
                open.at(-1)?.add(key);
            }
            i = end - 1;
        }
    }
    return undefined;
}
const COLON = /\s*:/y;
/** The index after the quote that ends the string which begins at `begin`. */
function endOfString(json, begin) {
    let end = begin + 1;
    while (json[end] !== '"')
        end += json[end] === "\\" ? 2 : 1;
    return end + 1;
}
