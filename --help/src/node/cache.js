import { lstatSync, mkdirSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
const PACKAGE = "entropic-webgpu";
/**
 * Folders where the package may keep files between processes: the user's cache, and a temporary folder for users whose home is missing or
 * read-only. Neither need exist.
 */
export function cacheFolders(name) {
    return [userCache(), temporaryCache()].flatMap((root) => (root === undefined ? [] : [join(root, name)]));
}
function userCache() {
    const { XDG_CACHE_HOME: cache } = process.env;
    if (cache)
        return join(cache, PACKAGE);
    try {
        return join(homedir(), ".cache", PACKAGE);
    }
    catch {
        // The user has no home.
        return undefined;
    }
}
/** Others may write to the system's temporary folder, and libraries are loaded from here: it must be this user's alone. */
function temporaryCache() {
    const user = process.getuid?.();
    const folder = join(tmpdir(), user === undefined ? PACKAGE : `${PACKAGE}-${user}`);
    try {
        mkdirSync(folder, { mode: 0o700 });
    }
    catch (error) {
        if (error.code !== "EEXIST")
            return undefined;
    }
    const found = lstatSync(folder);
    const isOwn = user === undefined || (found.uid === user && (found.mode & 0o022) === 0);
    return found.isDirectory() && isOwn ? folder : undefined;
}
