import type { Run } from "../run.ts";
import { parseBytes } from "./bytes.ts";
import { type Fit, fit, halvesOf, type Knob } from "./fit.ts";
import { type Footprint, measureFootprint } from "./footprint.ts";
import { checkHostMemory } from "./host.ts";

type Build = (run: Run) => Promise<unknown>;

/** Finds the most sequences at a time with which a run fits into memory. `build` builds its trainer. @throws MemoryError */
export async function fitTraining(run: Run, build: Build): Promise<Fit> {
  const { grpo, eval: evaluation } = run.config;
  for (const [section, { prompts, completions }] of Object.entries({ grpo, eval: evaluation })) {
    const options = `${section}.prompts ${prompts} x ${section}.completions ${completions}`;
    checkHostMemory(run.device, { completions: prompts * completions, maxNewTokens: grpo.maxNewTokens, options });
  }
  const measure = (changed: Run) => (sequencesAtOnce: number) => measureTraining({ ...changed, sequencesAtOnce }, build);
  return fit({
    device: run.device,
    memory: parseBytes(run.config.memory),
    measure: measure(run),
    knobs: () => knobsOf(run, measure),
  });
}

function measureTraining({ device, model, reference: _, ...run }: Run, build: Build): Promise<Footprint> {
  return measureFootprint(device, model, (measuring, outline) => build({ ...run, device: measuring, model: outline }));
}

/** Halves of numbers, blocks that are computed again, and 16 bits in place of 32. */
function knobsOf(run: Run, measure: (changed: Run) => Knob["measure"]): Knob[][] {
  const { grpo } = run.config;
  const knob = (option: keyof typeof grpo, value: number | string | boolean): Knob => ({
    setting: `grpo.${option}=${value}`,
    measure: measure({ ...run, config: { ...run.config, grpo: { ...grpo, [option]: value } } }),
  });
  const halves = (option: "microBatchRows" | "completions" | "prompts" | "maxNewTokens", least: number): Knob[] => {
    return halvesOf(grpo[option], least).map((value) => knob(option, value));
  };
  return [
    halves("microBatchRows", 1),
    grpo.recompute ? [] : [knob("recompute", true)],
    grpo.activations === "f32" ? [knob("activations", "f16")] : [],
    grpo.weights === "f16" ? [knob("weights", "f32")] : [],
    halves("completions", 2),
    halves("prompts", 1),
    halves("maxNewTokens", 1),
  ];
}
