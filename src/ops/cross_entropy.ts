import { ceilDivide } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "./define.ts";
import { metricReduce } from "./metric_reduce.ts";
import { LOSS_COEFFICIENTS, TOKEN_METRICS } from "./records.ts";
import { checkTokenShapes } from "./token_inputs.ts";

/** statistics [N, 4], token_inputs [N, 6] -> coefficients [N, 2], token_metrics [N, 8] of the loss -weight * logp. */
export const crossEntropyOp = defineOp<{ statistics: Tensor; token_inputs: Tensor }, "coefficients" | "token_metrics">({
  name: "cross_entropy",
  shape: (inputs) => {
    checkTokenShapes("cross_entropy", inputs);
    const rows = inputs.statistics.shape[0]!;
    return { coefficients: { shape: [rows, LOSS_COEFFICIENTS.size] }, token_metrics: { shape: [rows, TOKEN_METRICS.size] } };
  },
  forward: ({ inputs, outputs }) => {
    const rows = inputs.statistics.shape[0]!;
    const bindings = { ...inputs, ...outputs };
    return [{ kernel: "policy/cross_entropy", bindings, parameters: { rows }, workgroups: ceilDivide(rows, 64) }];
  },
});

/**
 * Cross-entropy of the actions, weighted by token_inputs: coefficients [N, 2] for logitsGradient, and metrics [13], which are those of the
 * policy loss.
 */
export function crossEntropy(statistics: Tensor, tokenInputs: Tensor): { readonly coefficients: Tensor; readonly metrics: Tensor } {
  const { coefficients, token_metrics } = crossEntropyOp({ statistics, token_inputs: tokenInputs }, {});
  return { coefficients, metrics: metricReduce(token_metrics, tokenInputs) };
}
