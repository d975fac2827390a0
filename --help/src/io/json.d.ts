/**
 * The object that a JSON text holds; `name` stands for the file in messages.
 * @throws FileError for text that is not JSON, for another value than an object, and for a key that stands twice in one object
 */
export declare function parseJsonObject(text: string, name: string): Record<string, unknown>;
/** What to do about a file that Git LFS left as a pointer. */
export declare const LFS_REMEDY = "it is a Git LFS pointer in place of the file: run `git lfs pull`, or download the file itself";
/** Whether a text is what Git LFS leaves in place of a file that was not downloaded. */
export declare function isLfsPointer(text: string): boolean;
