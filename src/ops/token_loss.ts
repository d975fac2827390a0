import { ceilDivide } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { loopCount } from "./control_state.ts";
import { defineOp, shapeError } from "./define.ts";
import { type GateOptions, gateParameters } from "./gate.ts";
import { type SurrogateOptions, surrogateConditions, surrogateParameters } from "./surrogate.ts";
import { checkTokenShapes } from "./token_inputs.ts";

/** Columns of `token_metrics`; loss is the token's share of the total, the others are its own. Zeros where the weight is 0. */
export const TOKEN_METRIC_FIELDS = [
  "loss",
  "kl",
  "ratio",
  "clipped_low",
  "clipped_high",
  "actuator",
  "logp_difference",
  "entropy",
] as const;

export interface TokenLossOptions extends SurrogateOptions, GateOptions {
  /** Weight of an entropy bonus. */
  readonly entropyCoef: number;
}

type In = {
  statistics: Tensor;
  token_inputs: Tensor;
  control: Tensor;
  mean_difference?: Tensor | undefined;
  selected?: Tensor | undefined;
};

/** statistics [N, 4], token_inputs [N, 6], control, for gspo mean_difference [N], for covariance selected [N] -> coefficients [N, 2], token_metrics [N, 8]. */
export const tokenLossOp = defineOp<In, "coefficients" | "token_metrics", TokenLossOptions>({
  name: "token_loss",
  shape: (inputs, { loss, covariance }) => {
    checkTokenShapes("token_loss", inputs);
    loopCount("token_loss", inputs);
    if ((loss === "gspo") !== (inputs.mean_difference !== undefined)) {
      throw shapeError("token_loss", inputs, "mean_difference [N] (sequenceRatio) with loss gspo, and with no other");
    }
    if (Boolean(covariance) !== (inputs.selected !== undefined)) {
      throw shapeError("token_loss", inputs, "selected [N] (covarianceSelect) with covariance, and not without");
    }
    const rows = inputs.statistics.shape[0]!;
    return { coefficients: { shape: [rows, 2] }, token_metrics: { shape: [rows, TOKEN_METRIC_FIELDS.length] } };
  },
  forward: ({ inputs, outputs, attributes }) => {
    const { statistics, token_inputs, control, mean_difference, selected } = inputs;
    const rows = statistics.shape[0]!;
    return [
      {
        kernel: "policy/token_loss",
        variant: { conditions: surrogateConditions(attributes) },
        bindings: {
          statistics,
          token_inputs,
          state: control,
          ...(mean_difference && { mean_difference }),
          ...(selected && { selected }),
          ...outputs,
        },
        parameters: {
          rows,
          entropy_coefficient: attributes.entropyCoef,
          ...surrogateParameters(attributes),
          ...gateParameters(attributes),
        },
        workgroups: ceilDivide(rows, 64),
      },
    ];
  },
});

/**
 * The policy loss, token by token (shaders/policy/token_loss.wgsl has the formula): coefficients [N, 2] are its derivatives by the
 * action's log-probability and by the entropy; tokenMetrics [N, 8] its value and what is logged of it.
 */
export function tokenLoss(
  given: {
    readonly statistics: Tensor;
    readonly tokenInputs: Tensor;
    readonly control: Tensor;
    /** [N] of `sequenceRatio`, with loss gspo. */
    readonly meanDifference?: Tensor | undefined;
    /** [N] of `covarianceSelect`, with covariance. */
    readonly selected?: Tensor | undefined;
  },
  options: TokenLossOptions,
): { readonly coefficients: Tensor; readonly tokenMetrics: Tensor } {
  const { statistics, tokenInputs, control, meanDifference, selected } = given;
  const inputs = { statistics, token_inputs: tokenInputs, control, mean_difference: meanDifference, selected };
  const { coefficients, token_metrics } = tokenLossOp(inputs, options);
  return { coefficients, tokenMetrics: token_metrics };
}
