import type { Tensor } from "../graph/tensor.ts";
import { embedding } from "../ops/embedding.ts";
import { Module, Parameter } from "./module.ts";

/** A row of `weight` per token or position. */
export class Embedding extends Module {
  readonly weight: Parameter;

  constructor(count: number, size: number, std = 0.02) {
    super();
    this.weight = new Parameter([count, size], { kind: "normal", standardDeviation: std });
  }

  /** indices: [N] u32 -> [N, C] */
  forward(indices: Tensor): Tensor {
    return embedding(indices, this.weight);
  }
}
