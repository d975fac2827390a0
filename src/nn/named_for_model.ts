import type { StoredTensor, TensorSource } from "../stored_tensor.ts";
import { matchCheckpoint, untiedHead } from "./checkpoint_names.ts";
import type { LanguageModel } from "./language_model.ts";

/**
 * The tensors of a checkpoint that a model needs, under the model's own names. Numbers are read only where a tied head is stored twice.
 * @throws EngineError as `matchCheckpoint` does, and where such a head differs from the embedding
 */
export async function namedForModel(model: LanguageModel, tensors: TensorSource, source: string): Promise<TensorSource> {
  const { sources, copies } = matchCheckpoint(model, tensors, source);
  for (const pair of copies) {
    if (!(await equalTensors(tensors.get(pair.copy)!, tensors.get(pair.original)!))) throw untiedHead(source, pair);
  }
  return new Map([...sources].map(([piece, name]) => [piece, tensors.get(name)!]));
}

/** Whether two tensors of one shape hold the same bytes, read side by side. */
async function equalTensors(a: StoredTensor, b: StoredTensor): Promise<boolean> {
  if (a.dtype !== b.dtype) return false;
  const others = b.pieces()[Symbol.asyncIterator]();
  for await (const bytes of a.pieces()) {
    const other = await others.next();
    if (other.done || !equalBytes(bytes, other.value)) {
      await others.return?.();
      return false;
    }
  }
  return (await others.next()).done === true;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
