import type { Tensor } from "../graph/tensor.ts";
import { swiglu } from "../ops/swiglu.ts";
import { fusedLinear, Linear } from "./linear.ts";
import { Module } from "./module.ts";

/**
 * down(silu(gate(x)) * up(x)) (Shazeer 2020, arXiv 2002.05202). `fused` says that checkpoints hold gate and up as one matrix, gate_up_proj
 * (Phi-3).
 */
export class GatedMlp extends Module {
  readonly gate_up_proj: Linear;
  readonly down_proj: Linear;

  constructor(
    hiddenSize: number,
    intermediateSize: number,
    options: { readonly bias?: boolean; readonly std?: number; readonly outputStd?: number; readonly fused?: boolean } = {},
  ) {
    super();
    const { bias = false, std, outputStd = std, fused = false } = options;
    const parts = { gate_proj: intermediateSize, up_proj: intermediateSize };
    this.gate_up_proj = fusedLinear(hiddenSize, parts, { bias, isNamed: !fused, ...(std === undefined ? {} : { std }) });
    this.down_proj = new Linear(intermediateSize, hiddenSize, { bias, ...(outputStd === undefined ? {} : { std: outputStd }) });
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor): Tensor {
    return this.down_proj.forward(swiglu(this.gate_up_proj.forward(x)));
  }
}
