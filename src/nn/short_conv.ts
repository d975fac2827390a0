import { EngineError } from "../gpu/errors.ts";
import type { Tensor } from "../graph/tensor.ts";
import { type ConvolutionWeights, shortConv } from "../ops/short_conv.ts";
import { shortConvCached } from "../ops/short_conv_cached.ts";
import { Linear } from "./linear.ts";
import { Module, Parameter } from "./module.ts";
import type { Rows } from "./rows.ts";

/** The sizes of a short convolution, and the standard deviations that its weights are drawn with. */
export interface ShortConvOptions {
  /** How many tokens the convolution takes, a token itself included. */
  readonly taps: number;
  /** Biases on the convolution and on both of its projections. Default: none. */
  readonly bias?: boolean;
  readonly std?: number;
  readonly outputStd?: number;
}

/** The weights of a convolution that takes each channel by itself, as PyTorch stores them. */
class DepthwiseConv extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  constructor(channels: number, taps: number, bias: boolean, std: number) {
    super();
    this.weight = new Parameter([channels, 1, taps], { kind: "normal", standardDeviation: std });
    this.bias = bias ? new Parameter([channels], { kind: "zeros" }) : undefined;
  }
}

/** out(C * conv(B * x)) with B, C and x from one product, where conv takes each channel by itself, over a few tokens back (LFM2). */
export class ShortConv extends Module {
  readonly in_proj: Linear;
  readonly conv: DepthwiseConv;
  readonly out_proj: Linear;

  constructor(hiddenSize: number, { taps, bias = false, std = 0.02, outputStd = std }: ShortConvOptions) {
    super();
    this.in_proj = new Linear(hiddenSize, 3 * hiddenSize, { bias, std });
    this.conv = new DepthwiseConv(hiddenSize, taps, bias, std);
    this.out_proj = new Linear(hiddenSize, hiddenSize, { bias, std: outputStd });
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor, rows: Rows): Tensor {
    if (rows.shared) throw new EngineError("a short convolution takes the rows before its own; a model that has one shares no rows");
    const weights = { weight: this.conv.weight.tensor, bias: this.conv.bias?.tensor };
    return this.out_proj.forward(convolve(this, this.in_proj.forward(x), rows, weights));
  }
}

/** The convolution of packed rows, or of one new row per sequence. `owner` identifies the layer in the cache. bcx: [N, 3 C] -> [N, C] */
function convolve(owner: object, bcx: Tensor, { positions, cache }: Rows, weights: ConvolutionWeights): Tensor {
  if (!cache) return shortConv(bcx, positions, weights);
  const kept = cache.vectors(owner, weights.weight.size(0));
  return shortConvCached(bcx, { positions, origin: cache.origin, cache: kept, prompt: cache.decode?.prompt }, weights);
}
