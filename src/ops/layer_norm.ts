import { ceilDivide, type Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { sumParts } from "./column_sum.ts";
import { defineOp, shapeError } from "./define.ts";
import { accumulateOf, backwardBlockRows, forwardBlockRows, gradientSpec, partialSpec, writtenBlocks } from "./norm_blocks.ts";
import { ROW_STATISTICS } from "./records.ts";
import { heldRow } from "./row_lanes.ts";
import { tunedLanes } from "./tuned_lanes.ts";

/** x [N, C], weight [C], bias [C] -> y [N, C] = (x - mean) / sqrt(variance + eps) * weight + bias (arXiv 1607.06450). */
export const layerNormOp = defineOp<{ x: Tensor; weight: Tensor; bias: Tensor }, "y" | "statistics", { readonly eps: number }>({
  name: "layer_norm",
  shape: (inputs) => {
    const { x, weight, bias } = inputs;
    const fits = [weight, bias].every((tensor) => tensor.shape.length === 1 && tensor.size(0) === x.shape[1]);
    if (x.shape.length !== 2 || !fits) throw shapeError("layer_norm", inputs, "x [N, C], weight [C] and bias [C]");
    return { y: { shape: x.shape }, statistics: { shape: [x.shape[0]!, ROW_STATISTICS.size], isExact: true } };
  },
  forward: ({ inputs, outputs, attributes: { eps } }, device) => {
    const rows = inputs.x.shape[0]!;
    const { variant, columns, count } = heldRow(device, inputs.x);
    const blockRows = forwardBlockRows(device);
    const parameters = { rows, columns, count, eps, block_rows: blockRows };
    const workgroups = ceilDivide(rows, blockRows);
    return [{ kernel: "norm/layer_norm", variant, bindings: { ...inputs, ...outputs }, parameters, workgroups }];
  },
  tuned: tunedLanes({ matrix: ({ inputs }) => inputs.x, outputs: ({ outputs: { y, statistics } }) => [y, statistics] }),
  backward: ({ inputs: { x, weight }, outputs: { statistics } }, { gradient, needs, sink, absorb }) => {
    const sums = needs("weight") || needs("bias");
    const [ofWeight, ofBias] = (["weight", "bias"] as const).map((name) => (needs(name) ? sink(name) : undefined));
    const { grad_x, grad_weight, grad_bias } = layerNormBackward(
      {
        ...{ x, grad_y: gradient("y")!, statistics, weight, residual: needs("x") ? absorb("x") : undefined },
        ...{ onto_weight: ofWeight?.onto, onto_bias: ofBias?.onto },
      },
      { sums, accumulateWeight: accumulateOf(ofWeight), accumulateBias: accumulateOf(ofBias) },
    );
    return {
      x: needs("x") ? grad_x : undefined,
      weight: needs("weight") ? grad_weight : undefined,
      bias: needs("bias") ? grad_bias : undefined,
    };
  },
});

type In = {
  x: Tensor;
  grad_y: Tensor;
  statistics: Tensor;
  weight: Tensor;
  residual: Tensor | undefined;
  onto_weight: Tensor | undefined;
  onto_bias: Tensor | undefined;
};

/** Attributes: whether the gradient of the weight or of the bias is wanted, and how their sinks take them. */
type Sums = { readonly sums: boolean; readonly accumulateWeight: Scalar; readonly accumulateBias: Scalar };

const layerNormBackward = defineOp<In, "grad_x" | "partial_weight" | "partial_bias" | "grad_weight" | "grad_bias", Sums>({
  name: "layer_norm_backward",
  shape: ({ x, onto_weight, onto_bias }) => ({
    grad_x: { shape: x.shape },
    partial_weight: partialSpec(x, x.size(1)),
    partial_bias: partialSpec(x, x.size(1)),
    grad_weight: gradientSpec(x.size(1), onto_weight),
    grad_bias: gradientSpec(x.size(1), onto_bias),
  }),
  forward: ({ inputs, outputs, attributes: { sums, accumulateWeight, accumulateBias } }, device) => {
    const { residual, onto_weight, onto_bias, ...given } = inputs;
    const { grad_x, partial_weight, partial_bias, grad_weight, grad_bias } = outputs;
    const rows = given.x.shape[0]!;
    const { variant, columns, count } = heldRow(device, given.x);
    const blockRows = backwardBlockRows(rows, device, sums);
    const blocks = ceilDivide(rows, blockRows);
    const conditions = { ...variant.conditions, RESIDUAL: residual !== undefined, WEIGHT: sums };
    const partials: Readonly<Record<string, Tensor>> = sums
      ? { partial_weight: writtenBlocks(partial_weight, blocks), partial_bias: writtenBlocks(partial_bias, blocks) }
      : {};
    const bindings = { ...given, residual: residual ?? given.x, grad_x, ...partials };
    const parameters = { rows, columns, count, block_rows: blockRows };
    const gradients = [
      { partial: partial_weight, gradient: grad_weight, accumulate: accumulateWeight },
      { partial: partial_bias, gradient: grad_bias, accumulate: accumulateBias },
    ];
    return [
      { kernel: "norm/layer_norm_backward", variant: { ...variant, conditions }, bindings, parameters, workgroups: blocks },
      ...(sums ? sumParts(device, blocks, gradients) : []),
    ];
  },
});

/** Layer normalisation of the rows of x [N, C], scaled by weight [C] and shifted by bias [C]. */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, eps: number): Tensor {
  return layerNormOp({ x, weight, bias }, { eps }).y;
}
