import { z } from "zod";
import { MOST } from "../../options/limits.ts";
import { adjustable, decimal, openSection, option, section, text, whole } from "../../options/schema.ts";
import { loraSection } from "./lora_section.ts";
import { memoryOptions } from "./memory_options.ts";
import { output } from "./output_section.ts";
import { report } from "./report_section.ts";
import { scheduleOptions } from "./schedule_options.ts";
import { evaluation, learningRate, maxGradNorm, memory, seed, stopAfterSkipped, task, weightDecay, weights } from "./sections.ts";

const newModel = openSection(
  { model_type: text("the name of an architecture, such as llama").describe("The architecture, such as llama.") },
  "a mapping in the style of Hugging Face's config.json, with model_type",
);

const learnerAllowed =
  "a mapping in the style of Hugging Face's config.json, with model_type; or the path of a checkpoint folder, or the name of a model";
const learner = z
  .union([newModel, text(learnerAllowed)], { error: learnerAllowed })
  .describe(
    "The model to build, written with the keys of Hugging Face's config.json, whose weights start random; or where a trained one comes from, as for train.",
  );

const sft = section({
  steps: adjustable(whole({ min: 1, max: MOST.steps }), 1000, "The most optimiser steps."),
  batch: option(whole({ min: 1, max: MOST.prompts }), 256, "Examples in a step."),
  maxLength: option(
    whole({ min: 2, max: MOST.tokens }, "the model's context").nullable(),
    null,
    "The most tokens of an example, its prompt included. Longer rows of task.data are left out; those of other tasks never are. null is as many as the model's context holds.",
  ),
  microBatchRows: adjustable(
    whole({ min: 1, max: MOST.tokens }, "as many as a step has").nullable(),
    null,
    "The most tokens in one forward and backward pass. A larger step takes several passes, whose gradients add up. null takes one pass.",
  ),
  learningRate: adjustable(
    learningRate,
    0.002,
    "AdamW's learning rate after the warm-up. A model that is loaded has none by default; usual rates are 0.00002 for its weights and 0.0002 for low-rank adapters.",
  ),
  ...scheduleOptions(50),
  weightDecay,
  maxGradNorm,
  stopAfterSkipped,
  ...memoryOptions,
  weights,
  stopAtPassAt1: adjustable(
    decimal({ above: 0, max: 1 }, "run all steps").nullable(),
    0.31,
    "The share of right answers among sampled ones at which the warm start ends, so that reinforcement learning has something left to do; null runs all steps, and so do rows of task.data without rewards.",
  ),
  evalEvery: adjustable(
    whole({ min: 1, max: MOST.steps }),
    50,
    "Steps between two measurements, of pass@1 and, with task.data, of the loss of held-out rows.",
  ),
});

/**
 * The schema of `sft`; `directory` is the default of output.dir. `isNew` says that the model is a mapping, so that its keys have lines of their
 * own where they are wrong.
 */
export function sftSchema(directory: string, { isNew = false } = {}) {
  return section({
    model: isNew ? (newModel as unknown as typeof learner) : learner,
    task,
    seed,
    memory,
    lora: loraSection.optional(),
    sft: sft.prefault({}),
    eval: section(evaluation).prefault({}),
    output: output(directory),
    report,
  });
}

/** All options of `sft`. `parseSftConfig` makes it. */
export type SftConfig = z.output<ReturnType<typeof sftSchema>>;
