import type { Tensor } from "../graph/tensor.ts";
import { swiglu } from "../ops/swiglu.ts";
import { fusedLinear, type Linear, namedLinear } from "./linear.ts";
import { Module } from "./module.ts";

/** What checkpoints call the layers of a gated MLP. */
export interface GatedMlpNames {
  readonly gate: string;
  readonly up: string;
  readonly down: string;
}

const NAMES: GatedMlpNames = { gate: "gate_proj", up: "up_proj", down: "down_proj" };

/** What a gated MLP may have, and the standard deviations that its weights are drawn with. */
export interface GatedMlpOptions {
  readonly bias?: boolean;
  readonly std?: number;
  readonly outputStd?: number;
  /** Whether checkpoints hold gate and up as one matrix, gate_up_proj (Phi-3). Default: false. */
  readonly fused?: boolean;
  /** Default: gate_proj, up_proj and down_proj. */
  readonly names?: GatedMlpNames;
}

/** down(silu(gate(x)) * up(x)) (Shazeer 2020, arXiv 2002.05202). */
export class GatedMlp extends Module {
  readonly gate_up_proj: Linear;
  readonly down_proj: Linear;

  constructor(hiddenSize: number, intermediateSize: number, options: GatedMlpOptions = {}) {
    super();
    const { bias = false, std = 0.02, outputStd = std, fused = false, names = NAMES } = options;
    const parts = { [names.gate]: intermediateSize, [names.up]: intermediateSize };
    this.gate_up_proj = fusedLinear(hiddenSize, parts, { bias, isNamed: !fused, std });
    this.down_proj = namedLinear(intermediateSize, hiddenSize, names.down, { bias, std: outputStd });
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor): Tensor {
    return this.down_proj.forward(swiglu(this.gate_up_proj.forward(x)));
  }
}
