import type { Device } from "../../gpu/device.ts";
import type { SftConfig } from "../config/index.ts";
import type { PolicyModel } from "../model.ts";
import type { Lessons } from "../warm_start/lessons.ts";
import { parseBytes } from "./bytes.ts";
import { type Fit, fit, halvesOf, type Knob } from "./fit.ts";
import { measureFootprint } from "./footprint.ts";
import { checkHostMemory } from "./host.ts";

/** What a warm start is measured by. */
interface WarmStart {
  readonly device: Device;
  readonly model: PolicyModel;
  readonly config: Pick<SftConfig, "sft" | "eval" | "seed" | "memory">;
  readonly lessons: Lessons;
}

type Build = (options: WarmStart, sequencesAtOnce: number) => Promise<unknown>;

/** Finds the most sequences at a time with which a warm start fits into memory. `build` builds what learns. @throws MemoryError */
export async function fitWarmStart(options: WarmStart, build: Build): Promise<Fit> {
  const { device, model, lessons, config } = options;
  const { prompts, completions } = config.eval;
  if (lessons.exam) {
    checkHostMemory(device, {
      completions: lessons.exam.problems.length * completions,
      maxNewTokens: lessons.exam.maxNewTokens,
      options: `eval.prompts ${prompts} x eval.completions ${completions}`,
    });
  }
  const measure =
    (changed: WarmStart): Knob["measure"] =>
    (sequencesAtOnce) =>
      measureFootprint(device, model, (measuring, outline) => build({ ...changed, device: measuring, model: outline }, sequencesAtOnce));
  const knob = (option: "microBatchRows" | "batch" | "recompute" | "activations", value: number | string | boolean): Knob => ({
    setting: `sft.${option}=${value}`,
    measure: measure({ ...options, config: { ...config, sft: { ...config.sft, [option]: value } } }),
  });
  const { maxRows } = lessons;
  return fit({
    device,
    memory: parseBytes(config.memory),
    measure: measure(options),
    knobs: () => [
      halvesOf(config.sft.microBatchRows ?? config.sft.batch * maxRows, maxRows).map((value) => knob("microBatchRows", value)),
      halvesOf(config.sft.batch, 1).map((value) => knob("batch", value)),
      config.sft.recompute ? [] : [knob("recompute", true)],
      config.sft.activations === "f32" ? [knob("activations", "f16")] : [],
    ],
  });
}
