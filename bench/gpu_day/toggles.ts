/** What Dawn can leave out, one by one and together; see docs/tuning.md. */
export const TOGGLES: Readonly<Record<string, readonly string[]>> = {
  robustness: ["disable_robustness"],
  validation: ["skip_validation"],
  zeroing: ["disable_workgroup_init"],
  reconvergence: ["-use_spirv_reconvergence_mode"],
  all: ["disable_robustness", "skip_validation", "disable_workgroup_init"],
};
