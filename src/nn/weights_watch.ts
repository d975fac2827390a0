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

/** Of which weights of which module a saved state is. */
const stamps = new WeakMap<object, { readonly module: Module; readonly version: number | undefined }>();

/** Remembers that a state belongs to the weights that a module has now. Returns the state. */
export function stampWeights<State extends object>(state: State, module: Module): State {
  stamps.set(state, { module, version: versions.get(module) });
  return state;
}

/**
 * Lets a state pass that is none of this module's, such as one beside a copy of it.
 * @throws EngineError for a state of weights that the module has no more
 */
export function requireStampedWeights(state: object, module: Module): void {
  const stamp = stamps.get(state);
  if (stamp?.module !== module || stamp.version === versions.get(module)) return;
  throw new EngineError(
    "the model's weights have changed since this state was saved; save the state again, or beside a clone() of the model that was made with it",
  );
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
