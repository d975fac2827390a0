import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import { cacheFolders } from "./cache.js";
const PACKAGE = "@sparticuz/chromium";
const LOADER = "libvulkan.so.1";
const DRIVER = "vk_swiftshader_icd.json";
const FILES = [LOADER, "libvk_swiftshader.so", DRIVER];
/** The SHA-256 of each file as it was unpacked, by name. */
const HASHES = "sha256.json";
/** Unpacks the embedded software GPU into a cache folder, once per version, and again where its files are damaged. Linux x64 only. */
export async function unpackSoftwareGpu() {
    if (process.platform !== "linux" || process.arch !== "x64") {
        return { missing: `the embedded software GPU is for linux x64; this is ${process.platform} ${process.arch}` };
    }
    const root = packageRoot();
    if (root === undefined)
        return { missing: `the optional dependency ${PACKAGE} is not installed` };
    try {
        const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
        const folder = await unpackedIn(cacheFolders(`swiftshader-${version}`), join(root, "bin", "swiftshader.tar.br"));
        return { driver: join(folder, DRIVER), loader: join(folder, LOADER) };
    }
    catch (error) {
        return { missing: `the embedded software GPU could not be unpacked (${error}); XDG_CACHE_HOME names the folder it goes to` };
    }
}
/** The first of the folders that holds the files undamaged, else the first that they can be unpacked into. */
async function unpackedIn(folders, archive) {
    for (const folder of folders)
        if (await isIntact(folder))
            return folder;
    let failure = new Error("no cache folder can be written");
    for (const folder of folders) {
        try {
            await unpack(archive, folder);
            return folder;
        }
        catch (error) {
            failure = error;
        }
    }
    throw failure;
}
async function isIntact(folder) {
    try {
        const hashes = JSON.parse(await readFile(join(folder, HASHES), "utf8"));
        const found = await Promise.all(FILES.map(async (name) => sha256(await readFile(join(folder, name)))));
        return FILES.every((name, i) => hashes[name] === found[i]);
    }
    catch {
        return false;
    }
}
function sha256(bytes) {
    return createHash("sha256").update(bytes).digest("hex");
}
/** Whether the system has a Vulkan loader. Node.js tries to load it as an addon; the way this fails tells whether it is there. */
export function hasSystemLoader() {
    return loadLibrary(LOADER);
}
/** Loads a Vulkan loader into this process and leaves it there, so that Dawn finds it when it asks for one by name. */
export function loadLibrary(path) {
    const RTLD_NODELETE = 0x1000; // Node.js unloads a library that is no addon; this flag keeps it.
    try {
        process.dlopen({ exports: {} }, path, constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL | RTLD_NODELETE);
        return true;
    }
    catch (error) {
        return String(error).includes("did not self-register");
    }
}
function packageRoot() {
    try {
        return dirname(dirname(dirname(createRequire(import.meta.url).resolve(PACKAGE))));
    }
    catch {
        return undefined;
    }
}
/** Writes beside the final folder and renames, so that another process never sees half of it. */
async function unpack(archive, folder) {
    await mkdir(dirname(folder), { recursive: true });
    const temporary = await mkdtemp(`${folder}-`);
    try {
        const tar = await promisify(brotliDecompress)(await readFile(archive));
        const files = FILES.map((name) => [name, tarEntry(tar, name)]);
        for (const [name, bytes] of files)
            await writeFile(join(temporary, name), bytes);
        await writeFile(join(temporary, HASHES), JSON.stringify(Object.fromEntries(files.map(([name, bytes]) => [name, sha256(bytes)]))));
        await rename(temporary, folder).catch(() => replace(folder, temporary));
    }
    finally {
        await rm(temporary, { recursive: true, force: true });
    }
}
/** Puts new files in the place of damaged ones. Where another process was first and its files are intact, these stay. */
async function replace(folder, temporary) {
    if (await isIntact(folder))
        return;
    const damaged = `${temporary}-damaged`;
    await rename(folder, damaged);
    await rename(temporary, folder);
    await rm(damaged, { recursive: true, force: true });
}
/**
 * The bytes of a regular file in a ustar archive.
 * @throws Error when the archive has no such file or ends inside it
 */
export function tarEntry(tar, name) {
    const text = (start, length) => Buffer.from(tar.subarray(start, start + length))
        .toString("latin1")
        .split("\0")[0];
    for (let header = 0; header + 512 <= tar.length && tar[header] !== 0;) {
        const size = Number.parseInt(text(header + 124, 12), 8);
        const start = header + 512;
        if (!Number.isFinite(size) || start + size > tar.length)
            throw new Error(`the archive is truncated or damaged at byte ${header}`);
        if (text(header, 100).replace(/^\.\//, "") === name)
            return tar.subarray(start, start + size);
        header = start + Math.ceil(size / 512) * 512;
    }
    throw new Error(`the archive has no file ${name}`);
}
