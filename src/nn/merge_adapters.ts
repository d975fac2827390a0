import { readParameters } from "./load_parameters.ts";
import { adaptedMatrices, adaptersOf, baseOf } from "./lora.ts";
import type { PlacedModule } from "./place.ts";

type Values = { readonly shape: readonly number[]; readonly data: Float32Array };

/** The weights of the model that base and adapters are together, W + scale B A, under their checkpoint names. */
export async function mergeAdapters(placed: PlacedModule): Promise<Map<string, { shape: number[]; data: Float32Array }>> {
  const merged = await readParameters(baseOf(placed));
  const halves = await readParameters(adaptersOf(placed));
  for (const { name, scale, isTransposed } of adaptedMatrices(placed.module)) {
    const weight = merged.get(`${name}.weight`)!;
    addProduct(weight, { a: halves.get(`${name}.lora_A`)!, b: halves.get(`${name}.lora_B`)!, scale, isTransposed });
  }
  return merged;
}

interface Product {
  readonly a: Values;
  readonly b: Values;
  readonly scale: number;
  readonly isTransposed: boolean;
}

/** W += scale B A, where W lies as [out, in], or transposed. Each number is summed in double precision and rounded once. */
function addProduct({ data }: Values, { a, b, scale, isTransposed }: Product): void {
  const [rank, inner] = a.shape as [number, number];
  const outer = b.shape[0]!;
  const row = new Float64Array(inner);
  for (let out = 0; out < outer; out += 1) {
    row.fill(0);
    for (let k = 0; k < rank; k += 1) {
      const factor = scale * b.data[out * rank + k]!;
      for (let i = 0; i < inner; i += 1) row[i]! += factor * a.data[k * inner + i]!;
    }
    for (let i = 0; i < inner; i += 1) data[isTransposed ? i * outer + out : out * inner + i]! += row[i]!;
  }
}
