import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { basename, dirname, isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Packs files and folders into one archive. What lies below the project's root has the same place below the archive's, so that unpacking it
 * in another working tree puts it where the next call looks for it.
 * @throws Error where tar cannot
 */
export function writeArchive(file: string, paths: readonly string[]): void {
  const found = paths.map((path) => resolve(path)).filter(existsSync);
  const places = found.flatMap((path) => {
    const place = relative(ROOT, path);
    const isOutside = place.startsWith("..") || isAbsolute(place);
    return isOutside ? ["-C", dirname(path), basename(path)] : ["-C", ROOT, place];
  });
  // A process that is killed while it packs must leave the archive before.
  const half = `${resolve(file)}.part`;
  // Weights of the first run say nothing about the GPU; and an archive in the folder must not pack itself.
  const without = ["*.safetensors", `${basename(file)}*`].map((name) => `--exclude=${name}`);
  mkdirSync(dirname(half), { recursive: true });
  const { status, error, stderr } = spawnSync("tar", ["-czf", half, ...without, ...places], { stdio: ["ignore", "ignore", "pipe"] });
  // 1 is a warning, such as of a log that grew meanwhile; its archive is whole.
  if (status !== 0 && status !== 1) throw new Error(`tar: ${error?.message ?? stderr.toString().trim().split("\n")[0]}`);
  renameSync(half, resolve(file));
}
