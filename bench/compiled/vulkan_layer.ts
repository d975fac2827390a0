import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

/** A layer of ours cannot be built on this machine. The message says what to install. */
export class NoLayerError extends Error {}

/**
 * Compiles a Vulkan layer in C into a folder, with the manifest by which the loader finds it there (VK_LAYER_PATH, VK_INSTANCE_LAYERS).
 * @throws NoLayerError where a C compiler or the headers of Vulkan are missing
 */
export function buildVulkanLayer(source: string, name: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const file = basename(source);
  const library = join(folder, file.replace(/\.c$/, ".so"));
  const { error, status, stderr } = spawnSync("cc", ["-O1", "-fPIC", "-shared", "-o", library, source], { encoding: "utf8" });
  if (error || status !== 0) {
    const why = error?.message ?? stderr.split("\n").find((line) => line.includes("error")) ?? `cc ended with ${status}`;
    throw new NoLayerError(`${file} does not compile: ${why.trim()}; it needs gcc and libvulkan-dev`);
  }
  const layer = { name, type: "GLOBAL", library_path: library, api_version: "1.3.0", implementation_version: "1", description: "" };
  writeFileSync(join(folder, file.replace(/\.c$/, ".json")), JSON.stringify({ file_format_version: "1.2.0", layer }));
}
