import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildVulkanLayer, NoLayerError } from "../../../bench/compiled/vulkan_layer.ts";

export const MANIFEST = "VkLayer_khronos_validation.json";
/** Where the Vulkan loader looks for layers. */
export const LAYER_FOLDERS = [
  "/usr/share/vulkan/explicit_layer.d",
  "/usr/local/share/vulkan/explicit_layer.d",
  "/etc/vulkan/explicit_layer.d",
];
const MORE_MEMORY = "VK_LAYER_ENTROPIC_more_memory";
/** It lets the validation layer watch kernels with much workgroup memory. */
const SOURCE = fileURLToPath(new URL("more_memory.c", import.meta.url));

/** The watch for races alone: other checks would only make kernels larger, which take a minute to compile as it is. */
const SETTINGS = {
  validate_core: "false",
  gpuav_enable: "true",
  gpuav_shader_instrumentation: "true",
  gpuav_shared_memory_data_race: "true",
  gpuav_descriptor_checks: "false",
  gpuav_post_process_descriptor_indexing: "false",
  gpuav_buffer_address_oob: "false",
  gpuav_shader_sanitizer: "false",
  gpuav_buffers_validation: "false",
  enable_message_limit: "false",
  report_flags: "error",
  debug_action: "VK_DBG_LAYER_ACTION_LOG_MSG",
};

/** The folder of Khronos' validation layer: the one named, or one of those in which the loader looks. */
function layerFolder(named: string | undefined): string {
  const folders = named === undefined ? [...(process.env.VK_LAYER_PATH?.split(delimiter) ?? []), ...LAYER_FOLDERS] : [named];
  const found = folders.find((folder) => existsSync(join(folder, MANIFEST)));
  if (found !== undefined) return found;
  throw new NoLayerError(
    `no ${MANIFEST} in ${folders.join(" or ")}; name the folder of the Vulkan validation layers, 1.4.350 or later, with --layer`,
  );
}

/**
 * Puts the validation layer between Dawn and the driver, for this process, which must not have looked for adapters yet. `folder` gets its
 * settings and what it reports. Returns a function that answers with what was reported since its last call.
 * @throws NoLayerError where the layer or a C compiler is missing
 */
export function watchRaces(folder: string, layer?: string): () => string {
  const found = layerFolder(layer);
  buildVulkanLayer(SOURCE, MORE_MEMORY, folder);
  const [settings, log] = [join(folder, "vk_layer_settings.txt"), join(folder, "reports.txt")];
  const lines = Object.entries({ ...SETTINGS, log_filename: log }).map(([name, value]) => `khronos_validation.${name} = ${value}\n`);
  writeFileSync(settings, lines.join(""));
  Object.assign(process.env, {
    VK_LAYER_PATH: [found, folder].join(delimiter),
    VK_INSTANCE_LAYERS: `VK_LAYER_KHRONOS_validation:${MORE_MEMORY}`,
    VK_LAYER_SETTINGS_PATH: settings,
    // LLVM's optimiser takes minutes for kernels that call the layer's functions wherever they touch workgroup memory.
    GALLIVM_PERF: "nopt",
  });
  let read = 0;
  return () => {
    const text = existsSync(log) ? readFileSync(log, "utf8") : "";
    const added = text.slice(read);
    read = text.length;
    return added;
  };
}
