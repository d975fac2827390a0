/**
 * Folders where the package may keep files between processes: the user's cache, and a temporary folder for users whose home is missing or
 * read-only. Neither need exist.
 */
export declare function cacheFolders(name: string): string[];
