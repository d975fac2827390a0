import { existsSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Chip } from "./chips.ts";
import { buildVulkanLayer } from "./vulkan_layer.ts";

/** Why compiling for a GPU that is not there does not work on this machine, and what to do. */
export class NoCompilerError extends Error {}

const LAYER = "VK_LAYER_ENTROPIC_null_gpu";
const SOURCE = fileURLToPath(new URL("null_gpu.c", import.meta.url));
const DRIVERS = { AMD: "radeon_icd", Intel: "intel_icd" } as const;

function driverOf(vendor: Chip["vendor"]): string {
  const folder = "/usr/share/vulkan/icd.d";
  const path = [".json", ".x86_64.json"].map((end) => join(folder, DRIVERS[vendor] + end)).find((one) => existsSync(one));
  if (process.platform !== "linux" || path === undefined) {
    throw new NoCompilerError(`Mesa's driver for ${vendor}'s GPUs is missing: install mesa-vulkan-drivers 25 on Linux`);
  }
  if (vendor === "AMD" && hasLostItsChips(path)) {
    throw new NoCompilerError("this version of Mesa compiles for no chip of AMD's that is not there: install mesa-vulkan-drivers 25");
  }
  return path;
}

const LIBRARIES = ["/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib"];

/** Mesa 26.1 names RADV_FORCE_FAMILY only to say that it was removed. */
function hasLostItsChips(driver: string): boolean {
  const { ICD } = JSON.parse(readFileSync(driver, "utf8")) as { readonly ICD: { readonly library_path: string } };
  const name = basename(ICD.library_path);
  const library = [ICD.library_path, ...LIBRARIES.map((folder) => join(folder, name))].find((one) => existsSync(one));
  return library !== undefined && readFileSync(library).includes("RADV_FORCE_FAMILY=<family> has been removed");
}

function present(shim: string | undefined): string {
  if (shim !== undefined && existsSync(shim)) return resolve(shim);
  throw new NoCompilerError(
    "a chip of Intel's needs --intel-shim FILE: libintel_noop_drm_shim.so, which Mesa builds with -Dtools=drm-shim",
  );
}

/**
 * Builds null_gpu.c into a folder, and returns the environment in which Dawn finds a chip through it. Intel's driver also needs a kernel
 * driver: `shim`, Mesa's own libintel_noop_drm_shim.so, stands in for it.
 * @throws NoCompilerError where Mesa's driver is missing or too new, and, for a chip of Intel's, the shim; NoLayerError where C does not compile
 */
export function buildLayer(folder: string, shim?: string): (chip: Chip) => NodeJS.ProcessEnv {
  buildVulkanLayer(SOURCE, LAYER, folder);
  return ({ name, vendor }) => ({
    ...process.env,
    VK_DRIVER_FILES: driverOf(vendor),
    VK_LAYER_PATH: folder,
    VK_INSTANCE_LAYERS: LAYER,
    ...(vendor === "AMD" ? { RADV_FORCE_FAMILY: name } : { LD_PRELOAD: present(shim), INTEL_STUB_GPU_PLATFORM: name }),
    MESA_SHADER_CACHE_DISABLE: "1",
    ENTROPIC_ADAPTER: "hardware",
    ENTROPIC_TUNE: "0",
  });
}
