import type { z } from "zod";
import { type NamedArray, requireTensors } from "../nn/load_parameters.ts";
import { trainedParameters } from "../nn/lora.ts";
import { type Module, piecesOf } from "../nn/module.ts";
import { OPTIMIZER_STATE } from "../ops/records.ts";
import { ConfigError, describeIssues } from "../options/problems.ts";
import { decimal, list } from "../options/schema.ts";

/** Tensors of a saved state by name, such as `first.layers.0.weight`. */
export type SavedMoments = ReadonlyMap<string, NamedArray>;

const optimizerAllowed = `a list of the ${OPTIMIZER_STATE.size} numbers ${OPTIMIZER_STATE.fields.join(", ")}, with step and skipped whole`;

function isOptimizerState(values: readonly number[]): boolean {
  const { step, skipped } = OPTIMIZER_STATE.read(values);
  return values.length === OPTIMIZER_STATE.size && [step, skipped].every((value) => Number.isSafeInteger(value) && value >= 0);
}

/** The record OPTIMIZER_STATE, as a list of numbers. */
export const optimizerState = () => list(decimal(), optimizerAllowed).refine(isOptimizerState, { error: optimizerAllowed });

/** @throws ConfigError with the first field that is missing, unknown or out of range */
export function parseState<State>(schema: z.ZodObject & z.ZodType<State>, state: unknown): State {
  const parsed = schema.safeParse(state);
  if (parsed.success) return parsed.data;
  const [first] = describeIssues(parsed.error, state, () => Object.keys(schema.shape));
  throw new ConfigError([first!]);
}

/** @throws ConfigError, EngineError where tensors are not, in each of `parts`, those that a module trains, or are not finite */
export function checkMoments(moments: SavedMoments, module: Module, parts: readonly string[]): void {
  const parameters = trainedParameters(module).flatMap(([path, parameter]) => piecesOf(path, parameter));
  const pieces = parts.flatMap((part) => parameters.map(({ name, shape }) => ({ name: `${part}.${name}`, shape })));
  requireTensors(pieces, moments, "the optimiser's state");
  const known = new Set(pieces.map((piece) => piece.name));
  for (const [name, { data }] of moments) {
    if (!known.has(name)) throw new ConfigError([`the optimiser's state has the tensor ${name.slice(0, 80)}, which this model has not`]);
    const broken = Array.prototype.findIndex.call(data, (value: number) => !Number.isFinite(value));
    if (broken >= 0) throw new ConfigError([`the optimiser's tensor ${name} holds ${data[broken]} at ${broken}; it must be finite`]);
  }
}
