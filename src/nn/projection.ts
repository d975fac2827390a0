import type { Tensor } from "../graph/tensor.ts";
import { type AdaptedPart, lowRank } from "../ops/low_rank.ts";
import { matmul } from "../ops/matmul/op.ts";
import { Module, type Parameter } from "./module.ts";

let adaptersAreOff = false;

/** Traces `build` with the base weights alone, as if no layer had an adapter. */
export function withoutAdapters<Result>(build: () => Result): Result {
  const before = adaptersAreOff;
  adaptersAreOff = true;
  try {
    return build();
  } finally {
    adaptersAreOff = before;
  }
}

/** A layer that multiplies by a matrix, and that a low-rank adapter can be added to (src/nn/lora.ts). */
export abstract class Projection extends Module {
  /** The matrix, and whether it lies as [in, out] (Conv1D) instead of [out, in]. */
  abstract readonly weight: Parameter;
  abstract readonly isTransposed: boolean;
  /** [T R, in]: the first halves of the adapters of T parts, end to end. */
  lora_A: Parameter | undefined = undefined;
  /** [F, R]: their second halves, end to end. */
  lora_B: Parameter | undefined = undefined;
  adaptedParts: readonly AdaptedPart[] = [];

  get inFeatures(): number {
    return this.weight.shape[this.isTransposed ? 0 : 1]!;
  }

  get outFeatures(): number {
    return this.weight.shape[this.isTransposed ? 1 : 0]!;
  }

  /** y + scale (x A^T) B^T in place of y, where the layer has an adapter: x [N, in], y [N, out]. */
  protected adapted(x: Tensor, y: Tensor): Tensor {
    const { lora_A, lora_B } = this;
    if (!lora_A || !lora_B || adaptersAreOff) return y;
    const h = matmul(x, lora_A.tensor, { layout: "NT" }); // [N, T R]
    return lowRank(y, h, lora_B.tensor, this.adaptedParts);
  }
}
