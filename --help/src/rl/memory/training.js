import { parseBytes } from "./bytes.js";
import { fit } from "./fit.js";
import { measureFootprint } from "./footprint.js";
import { checkHostMemory } from "./host.js";
import { halvesOf } from "./knobs.js";
/** Finds the most sequences at a time with which a run fits into memory. `build` builds its trainer. @throws MemoryError */
export async function fitTraining(run, build) {
    const { grpo, eval: evaluation } = run.config;
    for (const [section, { prompts, completions }] of Object.entries({ grpo, eval: evaluation })) {
        const options = `${section}.prompts ${prompts} x ${section}.completions ${completions}`;
        checkHostMemory(run.device, { completions: prompts * completions, maxNewTokens: grpo.maxNewTokens, options });
    }
    const measure = (changed) => (sequencesAtOnce) => measureTraining({ ...changed, sequencesAtOnce }, build);
    return fit({
        device: run.device,
        memory: parseBytes(run.config.memory),
        measure: measure(run),
        knobs: () => knobsOf(run, measure),
    });
}
function measureTraining({ device, model, reference: _, ...run }, build) {
    return measureFootprint(device, model, (measuring, outline) => build({ ...run, device: measuring, model: outline }));
}
/** Halves of numbers, and 16 bits in place of 32. */
function knobsOf(run, measure) {
    const { grpo } = run.config;
    const knob = (option, value) => ({
        setting: `grpo.${option}=${value}`,
        measure: measure({ ...run, config: { ...run.config, grpo: { ...grpo, [option]: value } } }),
    });
    const halves = (option, least) => {
        return halvesOf(grpo[option], least).map((value) => knob(option, value));
    };
    return [
        halves("microBatchRows", grpo.maxNewTokens + 1),
        grpo.activations === "f32" ? [knob("activations", "f16")] : [],
        grpo.weights === "f16" ? [knob("weights", "f32")] : [],
        halves("completions", 2),
        halves("prompts", 1),
        halves("maxNewTokens", 1),
    ];
}
