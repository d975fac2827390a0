import { ceilDivide, type Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { sumParts } from "./column_sum.ts";
import { defineOp, shapeError } from "./define.ts";
import { accumulateOf, backwardBlockRows, forwardBlockRows, gradientSpec, partialSpec, writtenBlocks } from "./norm_blocks.ts";
import { heldRow } from "./row_lanes.ts";
import { tunedLanes } from "./tuned_lanes.ts";

/** What an RMS norm is given beside its tensors. */
export interface RmsNormOptions {
  readonly eps: number;
  /** What is added to every number of the weight: 1 in Gemma, whose checkpoints keep weights less 1. Default: 0. */
  readonly weightOffset?: number;
}

/**
 * x [N, C], weight [C] -> y [N, C] = x / sqrt(mean(x^2) + eps) * (weightOffset + weight) (Zhang & Sennrich 2019, arXiv 1910.07467).
 */
export const rmsNormOp = defineOp<{ x: Tensor; weight: Tensor }, "y" | "inverse_rms", RmsNormOptions>({
  name: "rms_norm",
  shape: (inputs) => {
    const { x, weight } = inputs;
    if (x.shape.length !== 2 || weight.shape.length !== 1 || x.size(1) !== weight.size(0)) {
      throw shapeError("rms_norm", inputs, "x [N, C] and weight [C]");
    }
    return { y: { shape: x.shape }, inverse_rms: { shape: [x.shape[0]!] } };
  },
  forward: ({ inputs: { x, weight }, outputs: { y, inverse_rms }, attributes: { eps, weightOffset = 0 } }, device) => {
    const rows = x.shape[0]!;
    const { variant, columns, count } = heldRow(device, x);
    const blockRows = forwardBlockRows(device);
    const parameters = { rows, columns, count, eps, weight_offset: weightOffset, block_rows: blockRows };
    const workgroups = ceilDivide(rows, blockRows);
    return [{ kernel: "norm/rms_norm", variant, bindings: { x, weight, y, inverse_rms }, parameters, workgroups }];
  },
  tuned: tunedLanes({ matrix: ({ inputs }) => inputs.x, outputs: ({ outputs: { y, inverse_rms } }) => [y, inverse_rms] }),
  backward: ({ inputs: { x, weight }, outputs: { inverse_rms }, attributes: { weightOffset = 0 } }, { gradient, needs, sink, absorb }) => {
    const saved = { x, grad_y: gradient("y")!, inverse_rms, weight };
    const into = needs("weight") ? sink("weight") : undefined;
    const inputs = { ...saved, residual: needs("x") ? absorb("x") : undefined, onto: into?.onto };
    const { grad_x, grad_weight } = rmsNormBackward(inputs, { weightOffset, sums: needs("weight"), accumulate: accumulateOf(into) });
    return { x: needs("x") ? grad_x : undefined, weight: needs("weight") ? grad_weight : undefined };
  },
});

type In = { x: Tensor; grad_y: Tensor; inverse_rms: Tensor; weight: Tensor; residual: Tensor | undefined; onto: Tensor | undefined };

/** Attributes: whether the gradient of the weight is wanted, and how its sink takes it. */
type Sums = { readonly weightOffset: number; readonly sums: boolean; readonly accumulate: Scalar };

const rmsNormBackward = defineOp<In, "grad_x" | "partial" | "grad_weight", Sums>({
  name: "rms_norm_backward",
  shape: ({ x, onto }) => ({ grad_x: { shape: x.shape }, partial: partialSpec(x, x.size(1)), grad_weight: gradientSpec(x.size(1), onto) }),
  forward: ({ inputs: { residual, onto, ...inputs }, outputs, attributes: { weightOffset, sums, accumulate } }, device) => {
    const { grad_x, partial, grad_weight } = outputs;
    const rows = inputs.x.shape[0]!;
    const { variant, columns, count } = heldRow(device, inputs.x);
    const blockRows = backwardBlockRows(rows, device, sums);
    const blocks = ceilDivide(rows, blockRows);
    const conditions = { ...variant.conditions, RESIDUAL: residual !== undefined, WEIGHT: sums };
    const bindings = { ...inputs, residual: residual ?? inputs.x, grad_x, ...(sums ? { partial: writtenBlocks(partial, blocks) } : {}) };
    const parameters = { rows, columns, count, weight_offset: weightOffset, block_rows: blockRows };
    return [
      { kernel: "norm/rms_norm_backward", variant: { ...variant, conditions }, bindings, parameters, workgroups: blocks },
      ...(sums ? sumParts(device, blocks, [{ partial, gradient: grad_weight, accumulate }]) : []),
    ];
  },
});

/** y = x / sqrt(mean(x^2) + eps) * (weightOffset + weight), over every row of x [N, C]. */
export function rmsNorm(x: Tensor, weight: Tensor, eps: number, weightOffset = 0): Tensor {
  return rmsNormOp({ x, weight }, { eps, weightOffset }).y;
}
