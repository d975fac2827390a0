import { parseBytes } from "./bytes.js";
import { fit } from "./fit.js";
import { measureFootprint } from "./footprint.js";
import { checkHostMemory } from "./host.js";
import { halvesOf } from "./knobs.js";
/** Finds the most sequences at a time with which a warm start fits into memory. `build` builds what learns. @throws MemoryError */
export async function fitWarmStart(options, build) {
    const { device, model, task, config } = options;
    const { prompts, completions } = config.eval;
    checkHostMemory(device, {
        completions: Math.min(prompts, task.problems("eval").length) * completions,
        maxNewTokens: task.maxCompletionLength,
        options: `eval.prompts ${prompts} x eval.completions ${completions}`,
    });
    const measure = (changed) => (sequencesAtOnce) => measureFootprint(device, model, (measuring, outline) => build({ ...changed, device: measuring, model: outline }, sequencesAtOnce));
    const knob = (option, value) => ({
        setting: `sft.${option}=${value}`,
        measure: measure({ ...options, config: { ...config, sft: { ...config.sft, [option]: value } } }),
    });
    return fit({
        device,
        memory: parseBytes(config.memory),
        measure: measure(options),
        knobs: () => [
            halvesOf(config.sft.batch, 1).map((value) => knob("batch", value)),
            config.sft.activations === "f32" ? [knob("activations", "f16")] : [],
        ],
    });
}
