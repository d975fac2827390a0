import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Reads every WGSL file of the package: its text by its id, the path below shaders/ without extension ("norm/rms_norm").
 * @throws Error when the package's shaders/ folder is missing
 */
export function loadShaders(folder: string = shaderFolder()): Record<string, string> {
  const shaders: Record<string, string> = {};
  for (const path of (readdirSync(folder, { recursive: true }) as string[]).sort()) {
    if (path.endsWith(".wgsl")) shaders[path.slice(0, -".wgsl".length).split(sep).join("/")] = readFileSync(join(folder, path), "utf8");
  }
  return shaders;
}

/** Two levels up from src/node, one from a bundle in dist. */
function shaderFolder(): string {
  const folders = ["../../shaders", "../shaders"].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const folder = folders.find((candidate) => existsSync(candidate));
  if (folder === undefined) throw new Error(`the package's shaders are missing: neither ${folders.join(" nor ")} exists; install it again`);
  return folder;
}
