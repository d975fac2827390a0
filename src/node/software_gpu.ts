import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { constants, homedir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";

/** The software GPU (SwiftShader) inside the optional dependency @sparticuz/chromium, unpacked; or why there is none. */
export type SoftwareGpu = { readonly driver: string; readonly loader: string } | { readonly missing: string };

const PACKAGE = "@sparticuz/chromium";
const LOADER = "libvulkan.so.1";
const DRIVER = "vk_swiftshader_icd.json";
const FILES = [LOADER, "libvk_swiftshader.so", DRIVER];

/** Unpacks the embedded software GPU into the user's cache folder, once a version. Linux x64 only. */
export async function unpackSoftwareGpu(): Promise<SoftwareGpu> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return { missing: `the embedded software GPU is for linux x64, this is ${process.platform} ${process.arch}` };
  }
  const root = packageRoot();
  if (root === undefined) return { missing: `the optional dependency ${PACKAGE} is not installed` };
  try {
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
    const folder = join(cacheRoot(), "entropic-webgpu", `swiftshader-${version}`);
    if (!existsSync(folder)) await unpack(join(root, "bin", "swiftshader.tar.br"), folder);
    return { driver: join(folder, DRIVER), loader: join(folder, LOADER) };
  } catch (error) {
    return { missing: `the embedded software GPU could not be unpacked (${error}); XDG_CACHE_HOME names the folder it goes to` };
  }
}

/** True when the system has a Vulkan loader. Node tries to load it as an addon and fails, which tells the two cases apart. */
export function hasSystemLoader(): boolean {
  return loadLibrary(LOADER);
}

/** Loads a Vulkan loader into this process and leaves it there, so that Dawn, asking for one by name, finds it. */
export function loadLibrary(path: string): boolean {
  const RTLD_NODELETE = 0x1000; // Node unloads what turns out to be no addon; this keeps it.
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

function cacheRoot(): string {
  return process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
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
