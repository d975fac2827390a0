import type { Tensor } from "../graph/tensor.ts";
import { matmul } from "../ops/matmul/op.ts";
import { type FusedPart, Parameter } from "./module.ts";
import { Projection } from "./projection.ts";

/** y = x W^T + b, with W [out, in] as PyTorch stores it. */
export class Linear extends Projection {
  readonly isTransposed = false;
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  constructor(
    inFeatures: number,
    outFeatures: number,
    options: { readonly bias?: boolean; readonly parts?: readonly FusedPart[]; readonly std?: number } = {},
  ) {
    super();
    const std = options.std ?? 0.02;
    this.weight = new Parameter([outFeatures, inFeatures], { kind: "normal", standardDeviation: std }, options.parts);
    this.bias = options.bias ? new Parameter([outFeatures], { kind: "zeros" }, options.parts) : undefined;
  }

  /** x: [N, in] -> [N, out] */
  forward(x: Tensor): Tensor {
    return this.adapted(x, matmul(x, this.weight, { layout: "NT", ...(this.bias ? { bias: this.bias.tensor } : {}) }));
  }
}

/**
 * Several linear layers of one input as one matrix, such as q, k and v, or gate and up. Their outputs lie side by side. Where the parts are
 * named, as they are unless told otherwise, a checkpoint holds each by its name; else it holds the matrix.
 */
export function fusedLinear(
  inFeatures: number,
  parts: Readonly<Record<string, number>>,
  options: { readonly bias?: boolean; readonly std?: number; readonly isNamed?: boolean } = {},
): Linear {
  const { isNamed = true, ...others } = options;
  const list = Object.entries(parts).map(([name, rows]) => ({ name, rows }));
  const outFeatures = list.reduce((total, { rows }) => total + rows, 0);
  return new Linear(inFeatures, outFeatures, { ...others, ...(isNamed ? { parts: list } : {}) });
}

/** A linear layer that checkpoints call `name`, whatever its field is called. */
export function namedLinear(
  inFeatures: number,
  outFeatures: number,
  name: string,
  options: { readonly bias?: boolean; readonly std?: number } = {},
): Linear {
  return fusedLinear(inFeatures, { [name]: outFeatures }, options);
}

/** y = x W + b, with W [in, out]: GPT-2's Conv1D. */
export class Conv1D extends Projection {
  readonly isTransposed = true;
  readonly weight: Parameter;
  readonly bias: Parameter;

  constructor(inFeatures: number, outFeatures: number, std = 0.02) {
    super();
    this.weight = new Parameter([inFeatures, outFeatures], { kind: "normal", standardDeviation: std });
    this.bias = new Parameter([outFeatures], { kind: "zeros" });
  }

  /** x: [N, in] -> [N, out] */
  forward(x: Tensor): Tensor {
    return this.adapted(x, matmul(x, this.weight, { layout: "NN", bias: this.bias.tensor }));
  }
}
