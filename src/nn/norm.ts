import type { Tensor } from "../graph/tensor.ts";
import { layerNorm } from "../ops/layer_norm.ts";
import { rmsNorm } from "../ops/rms_norm.ts";
import { Constant, Module, Parameter } from "./module.ts";

/**
 * x / sqrt(mean(x^2) + eps) * (weightOffset + weight). Gemma's checkpoints keep weights less 1: `weightOffset` is 1 there, and else 0. `name` is
 * what checkpoints call the norm where that is not its field's name.
 */
export class RMSNorm extends Module {
  readonly weight: Parameter;
  readonly eps: number;
  readonly weightOffset: 0 | 1;

  constructor(size: number, eps: number, weightOffset: 0 | 1 = 0, name?: string) {
    super();
    const initial = { kind: weightOffset === 1 ? "zeros" : "ones" } as const;
    this.weight = new Parameter([size], initial, name === undefined ? [] : [{ name, rows: size }]);
    this.eps = eps;
    this.weightOffset = weightOffset;
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.weight.tensor, this.eps, this.weightOffset);
  }
}

/** x / sqrt(mean(x^2) + eps), with nothing to train (nanochat). */
export class UnweightedRMSNorm extends Module {
  readonly weight: Constant;
  readonly eps: number;
  readonly weightOffset = 0;

  constructor(size: number, eps: number) {
    super();
    this.weight = new Constant([size], () => new Float32Array(size).fill(1));
    this.eps = eps;
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.weight.tensor, this.eps);
  }
}

/** (x - mean) / sqrt(variance + eps) * weight + bias */
export class LayerNorm extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly eps: number;

  constructor(size: number, eps: number) {
    super();
    this.weight = new Parameter([size], { kind: "ones" });
    this.bias = new Parameter([size], { kind: "zeros" });
    this.eps = eps;
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor): Tensor {
    return layerNorm(x, this.weight.tensor, this.bias.tensor, this.eps);
  }
}
