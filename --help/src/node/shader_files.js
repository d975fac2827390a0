import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
/**
 * Reads every WGSL file of the package. A file's id is its path below shaders/ without the extension ("norm/rms_norm").
 * @throws Error when the package's shaders/ folder is missing
 */
export function loadShaders(folder = shaderFolder()) {
    const shaders = {};
    for (const path of readdirSync(folder, { recursive: true }).sort()) {
        if (path.endsWith(".wgsl"))
            shaders[path.slice(0, -".wgsl".length).split(sep).join("/")] = readFileSync(join(folder, path), "utf8");
    }
    return shaders;
}
/** The folder shaders/ is two levels up from src/node, and one level up from a bundle in dist. */
function shaderFolder() {
    const folders = ["../../shaders", "../shaders"].map((path) => fileURLToPath(new URL(path, import.meta.url)));
    const folder = folders.find((candidate) => existsSync(candidate));
    if (folder === undefined)
        throw new Error(`the package's shaders are missing: neither ${folders.join(" nor ")} exists; install it again`);
    return folder;
}
