/** Writes a file so that at any moment it is the old one or the new one. @throws FileError */
export declare function writeWhole(path: string, content: string | Uint8Array): Promise<void>;
/** Adds text to the end of a file, all of it or nothing. @throws FileError */
export declare function appendWhole(path: string, text: string): Promise<void>;
/** Says in one line why a file could not be written, and what helps. Errors that say so already stay as they are. */
export declare function writeError(path: string, error: unknown): unknown;
