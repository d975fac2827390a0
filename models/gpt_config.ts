import { type ConfigReader, EngineError } from "../src/engine.ts";

/** transformers' names of the tanh form of GELU. */
export const TANH_GELU = ["gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_accurate", "gelu_python_tanh"];

/** Keys of GPT-2's heads for other tasks. */
export const SUMMARY = ["summary_type", "summary_use_proj", "summary_activation", "summary_proj_to_labels", "summary_first_dropout"];

/** A family's own name of a size, or the one that transformers takes for it as well. */
export function readNamed(read: ConfigReader, own: string, other: string, max: number, otherwise?: number): number {
  if (read.value(other) === undefined) return read.integer(own, otherwise, max);
  const size = read.integer(other, undefined, max);
  if (read.integer(own, size, max) !== size) read.refuse(other, `the same as ${own}, or absent`);
  return size;
}

type Named = readonly [key: string, value: number];

/** @throws EngineError where heads cannot share the width evenly */
export function requireDivisor([key, heads]: Named, [of, width]: Named): void {
  if (width % heads !== 0) throw new EngineError(`config.json: ${key} is ${heads}; it must divide ${of} (${width})`);
}
