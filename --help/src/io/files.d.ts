import { FileError } from "./file_error.js";
export { FileError } from "./file_error.js";
/** Text of a UTF-8 file. Throws FileError when it cannot be read. */
export declare function readText(path: string): Promise<string>;
/** Text of a UTF-8 file, undefined where there is none. */
export declare function readOptionalText(path: string): Promise<string | undefined>;
/** A JSON file whose top level is an object. Throws FileError naming the file and what JSON.parse found wrong. */
export declare function readJsonObject(path: string): Promise<Record<string, unknown>>;
/** Writes the parts one after the other and returns once they are on the disk. */
export declare function writeSynced(path: string, parts: readonly (Uint8Array | string)[]): Promise<void>;
/** Makes the names in a folder durable. Windows cannot open folders; renames there are journaled by NTFS. */
export declare function syncFolder(path: string): Promise<void>;
export declare function isFile(path: string): Promise<boolean>;
export declare function isFolder(path: string): Promise<boolean>;
export declare function readError(path: string, error: unknown): FileError;
