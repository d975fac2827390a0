/**
 * Dawn's toggles that a measurement may turn on, or off with a leading minus. What they cost is known only by trying each on a GPU. Other
 * toggles of Dawn's work around bugs of drivers or are for its own tests.
 */
export const TOGGLES = [
  "disable_robustness",
  "skip_validation",
  "disable_workgroup_init",
  "use_spirv_reconvergence_mode",
  "enable_spirv_validation",
  "enable_integer_range_analysis_in_robustness",
  "disable_polyfills_on_integer_div_and_mod",
  "use_vulkan_memory_model",
  "use_vulkan_zero_initialize_workgroup_memory_extension",
  "vulkan_use_buffer_robust_access_2",
  "vulkan_use_cooperative_matrix_robust_access",
  "dump_shaders",
] as const;

/** Without these safeguards a kernel that indexes outside its buffers reads and writes memory that is not its own. */
const UNSAFE: readonly string[] = ["disable_robustness", "skip_validation"];

/** The first of a device's toggles that a kernel of unknown origin must not run with. */
export function unsafeToggle(toggles: readonly string[]): string | undefined {
  return toggles.find((toggle) => UNSAFE.includes(toggle));
}

/** The first of the words that is no toggle of TOGGLES, with or without its minus. */
export function unknownToggle(words: readonly string[]): string | undefined {
  return words.find((word) => !(TOGGLES as readonly string[]).includes(word.replace(/^-/, "")));
}
