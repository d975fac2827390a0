import { floatsOf, type StoredTensor, type TensorSource } from "../stored_tensor.ts";
import { readParameters } from "./load_parameters.ts";
import { type AdaptedMatrix, adaptedMatrices, adaptersOf, baseOf } from "./lora.ts";
import type { PlacedModule } from "./place.ts";
import { storedParameters } from "./stored_parameters.ts";

/**
 * The weights of the model that base and adapters are together, W + scale B A, under their checkpoint names. Weights without an adapter are
 * as they are stored; the others are summed in double precision, a piece at a time.
 */
export async function mergedParameters(placed: PlacedModule): Promise<TensorSource> {
  const merged = new Map(storedParameters(baseOf(placed)));
  const halves = await readParameters(adaptersOf(placed));
  for (const matrix of adaptedMatrices(placed.module)) {
    const name = `${matrix.name}.weight`;
    const [a, b] = [halves.get(`${matrix.name}.lora_A`)!, halves.get(`${matrix.name}.lora_B`)!];
    merged.set(name, withProduct(merged.get(name)!, { ...matrix, a, b }));
  }
  return merged;
}

interface Half {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A [rank, in] and B [out, rank], and what their product is scaled by. */
interface Product extends AdaptedMatrix {
  readonly a: Half;
  readonly b: Half;
}

function withProduct(weight: StoredTensor, product: Product): StoredTensor {
  async function* pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    let at = 0;
    for await (const piece of weight.pieces()) {
      const values = new Float32Array(floatsOf(piece, weight.dtype)!);
      addProduct(values, at, product);
      at += values.length;
      yield new Uint8Array(values.buffer);
    }
  }
  return { dtype: "F32", shape: weight.shape, pieces };
}

/** Adds scale B A, or its transpose, onto the elements of W from `begin` on. */
function addProduct(values: Float32Array, begin: number, { a, b, rank, scale, isTransposed }: Product): void {
  const [inner, outer] = [a.shape[1]!, b.shape[0]!];
  const width = isTransposed ? outer : inner;
  for (let i = 0; i < values.length; i += 1) {
    const row = Math.floor((begin + i) / width);
    const column = (begin + i) % width;
    const [out, from] = isTransposed ? [column, row] : [row, column];
    let sum = 0;
    for (let k = 0; k < rank; k += 1) sum += b.data[out * rank + k]! * a.data[k * inner + from]!;
    values[i] = values[i]! + scale * sum;
  }
}
