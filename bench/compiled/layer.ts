import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Why compiling for a GPU that is not there does not work on this machine, and what to do. */
export class NoCompilerError extends Error {}

const LAYER = "VK_LAYER_ENTROPIC_null_gpu";
const SOURCE = fileURLToPath(new URL("null_gpu.c", import.meta.url));
const DRIVERS = ["/usr/share/vulkan/icd.d/radeon_icd.json", "/usr/share/vulkan/icd.d/radeon_icd.x86_64.json"];

/**
 * Builds null_gpu.c into a folder, and returns the environment in which Dawn finds a chip of AMD's through it.
 * @throws NoCompilerError where RADV, a C compiler or the headers of Vulkan are missing
 */
export function buildLayer(folder: string): (chip: string) => NodeJS.ProcessEnv {
  const driver = DRIVERS.find((path) => existsSync(path));
  if (process.platform !== "linux" || driver === undefined) {
    throw new NoCompilerError("RADV is missing, which compiles for AMD's GPUs: install mesa-vulkan-drivers 25 or later on Linux");
  }
  mkdirSync(folder, { recursive: true });
  const library = join(folder, "null_gpu.so");
  const { error, status, stderr } = spawnSync("cc", ["-O1", "-fPIC", "-shared", "-o", library, SOURCE], { encoding: "utf8" });
  if (error || status !== 0) {
    const why = error?.message ?? stderr.split("\n").find((line) => line.includes("error")) ?? `cc ended with ${status}`;
    throw new NoCompilerError(`null_gpu.c does not compile: ${why.trim()}; it needs gcc and libvulkan-dev`);
  }
  const layer = { name: LAYER, type: "GLOBAL", library_path: library, api_version: "1.3.0", implementation_version: "1", description: "" };
  writeFileSync(join(folder, "layer.json"), JSON.stringify({ file_format_version: "1.2.0", layer }));
  return (chip) => ({
    ...process.env,
    VK_DRIVER_FILES: driver,
    VK_LAYER_PATH: folder,
    VK_INSTANCE_LAYERS: LAYER,
    RADV_FORCE_FAMILY: chip,
    MESA_SHADER_CACHE_DISABLE: "1",
    ENTROPIC_ADAPTER: "hardware",
    ENTROPIC_TUNE: "0",
  });
}
