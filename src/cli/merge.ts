import { realpath } from "node:fs/promises";
import { resolve, sep } from "node:path";
import type { Command } from "commander";
import { loadModel, saveModel } from "../node/load_model.ts";
import { brief, quoted } from "../options/quote.ts";
import { UsageError } from "./errors.ts";
import { addAdapterOption, addExamples, addLoraOption } from "./options.ts";
import { fromUser, openNamedDevice } from "./user_input.ts";

interface MergeOptions {
  adapter: string;
  model: string;
  lora?: string;
  out: string;
}

export function register(command: Command): void {
  command
    .requiredOption("--model <dir>", "folder or name of the base model, or folder of an adapter that names its base")
    .requiredOption("--out <dir>", "folder to write: a model in Hugging Face's layout, with f32 weights")
    .action(merge);
  addLoraOption(command);
  addAdapterOption(command);
  addExamples(command, [
    ["merge --model runs/lora/checkpoints/step-000060 --out merged", "writes base and adapter as one model"],
    ["merge --model countdown-base --lora runs/lora/checkpoints/step-000060 --out merged", "the same, with the base given"],
  ]);
}

/** What is written replaces its folder, with the moments of a run, the adapter or the base in it. @throws UsageError */
async function requireApart(out: string, sources: readonly string[]): Promise<void> {
  const place = (path: string): Promise<string> => realpath(path).catch(() => resolve(path));
  const target = await place(out);
  for (const source of sources) {
    if (!`${await place(source)}${sep}`.startsWith(`${target}${sep}`)) continue;
    throw new UsageError(`--out ${brief(out)} would replace ${brief(source)}, which is merged; choose another folder`);
  }
}

/** Adds an adapter to the weights of its base and writes the sum as a model like any other. */
async function merge(options: MergeOptions): Promise<void> {
  const device = await openNamedDevice({ adapter: options.adapter });
  const model = await fromUser(() => loadModel(device, options.model, options.lora === undefined ? {} : { adapter: options.lora }));
  if (!model.adapter) throw new UsageError(`--model ${quoted(options.model)} is a model without adapter; give the adapter with --lora`);
  await requireApart(options.out, [options.model, options.lora ?? options.model, model.adapter.base]);
  await fromUser(() => saveModel(options.out, model, { merged: true }));
  process.stdout.write(`${options.out}: ${model.adapter.base} with the adapter of ${options.lora ?? options.model} added\n`);
  for (const part of [model, device]) part.destroy();
}
