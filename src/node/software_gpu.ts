import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { constants, homedir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";

/** Files of the software GPU (SwiftShader), unpacked from the optional dependency @sparticuz/chromium; or why there is none. */
export type SoftwareGpu = { readonly driver: string; readonly loader: string } | { readonly missing: string };

const PACKAGE = "@sparticuz/chromium";
const LOADER = "libvulkan.so.1";
const DRIVER = "vk_swiftshader_icd.json";
const FILES = [LOADER, "libvk_swiftshader.so", DRIVER];

/** Unpacks the embedded software GPU into the user's cache folder, once per version. Linux x64 only. */
export async function unpackSoftwareGpu(): Promise<SoftwareGpu> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return { missing: `the embedded software GPU is for linux x64; this is ${process.platform} ${process.arch}` };
  }
  const root = packageRoot();
  if (root === undefined) return { missing: `the optional dependency ${PACKAGE} is not installed` };
  try {
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
    const folder = cacheFolder(`swiftshader-${version}`);
    if (!existsSync(folder)) await unpack(join(root, "bin", "swiftshader.tar.br"), folder);
    return { driver: join(folder, DRIVER), loader: join(folder, LOADER) };
  } catch (error) {
    return { missing: `the embedded software GPU could not be unpacked (${error}); XDG_CACHE_HOME names the folder it goes to` };
  }
}

/** Whether the system has a Vulkan loader. Node.js tries to load it as an addon; the way this fails tells whether it is there. */
export function hasSystemLoader(): boolean {
  return loadLibrary(LOADER);
}

/** Loads a Vulkan loader into this process and leaves it there, so that Dawn finds it when it asks for one by name. */
export function loadLibrary(path: string): boolean {
  const RTLD_NODELETE = 0x1000; // Node.js unloads a library that is no addon; this flag keeps it.
  try {
    process.dlopen({ exports: {} }, path, constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL | RTLD_NODELETE);
    return true;
  } catch (error) {
    return String(error).includes("did not self-register");
  }
}

function packageRoot(): string | undefined {
  try {
    return dirname(dirname(dirname(createRequire(import.meta.url).resolve(PACKAGE))));
  } catch {
    return undefined;
  }
}

/** Where the package keeps files for the user, on every platform alike. */
export function cacheFolder(name: string): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "entropic-webgpu", name);
}

/** Writes beside the final folder and renames, so that another process never sees half of it. */
async function unpack(archive: string, folder: string): Promise<void> {
  const tar = await promisify(brotliDecompress)(await readFile(archive));
  await mkdir(dirname(folder), { recursive: true });
  const temporary = await mkdtemp(`${folder}-`);
  try {
    for (const name of FILES) await writeFile(join(temporary, name), tarEntry(tar, name));
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // else another process was first
  }
}

/**
 * The bytes of a regular file in a ustar archive.
 * @throws Error when the archive has no such file or ends inside it
 */
export function tarEntry(tar: Uint8Array, name: string): Uint8Array {
  const text = (start: number, length: number): string =>
    Buffer.from(tar.subarray(start, start + length))
      .toString("latin1")
      .split("\0")[0]!;
  for (let header = 0; header + 512 <= tar.length && tar[header] !== 0; ) {
    const size = Number.parseInt(text(header + 124, 12), 8);
    const start = header + 512;
    if (!Number.isFinite(size) || start + size > tar.length) throw new Error(`the archive is truncated or damaged at byte ${header}`);
    if (text(header, 100).replace(/^\.\//, "") === name) return tar.subarray(start, start + size);
    header = start + Math.ceil(size / 512) * 512;
  }
  throw new Error(`the archive has no file ${name}`);
}
