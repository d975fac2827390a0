import { EngineError } from "../gpu/errors.ts";
import type { TensorSource } from "../stored_tensor.ts";
import type { Module } from "./module.ts";

/** How often the weights of a module were changed. */
const versions = new WeakMap<Module, number>();

/** Says that what is submitted next changes a module's weights. */
export function noteWeightChange(module: Module): void {
  versions.set(module, (versions.get(module) ?? 0) + 1);
}

/**
 * Returns a function for work that reads a module's weights in several submissions, to be called before each of them.
 * @throws EngineError from that function, once something has changed the weights
 */
export function weightsWatch(module: Module, work: string): () => void {
  const before = versions.get(module);
  return () => {
    if (versions.get(module) === before) return;
    throw new EngineError(
      `the model's weights were changed while ${work} was running; await ${work} before a step or a load, or the other way round`,
    );
  };
}

/** The same tensors; `check` is called before and after each piece is read back. */
export function watchedTensors(tensors: TensorSource, check: () => void): TensorSource {
  const watched = [...tensors].map(([name, tensor]) => {
    async function* pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
      check();
      for await (const piece of tensor.pieces()) {
        yield piece;
        check();
      }
    }
    return [name, { ...tensor, pieces }] as const;
  });
  return new Map(watched);
}
