import { ceilDivide } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "./define.ts";
import { type GateOptions, gateParameters } from "./gate.ts";
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

export interface TokenLossOptions extends GateOptions {
  readonly clipLow: number;
  readonly clipHigh: number;
  /** Bound on the ratio of tokens with negative advantage; null: off. */
  readonly dualClip: number | null;
  /** Weight of the k3 estimate of the KL divergence to the reference policy. */
  readonly beta: number;
  /** Weight of an entropy bonus. */
  readonly entropyCoef: number;
  /** Takes alpha from the loop of a token's class instead of the control buffer. */
  readonly byClass?: boolean;
}

type In = { statistics: Tensor; token_inputs: Tensor; control: Tensor };

/** statistics [N, 4], token_inputs [N, 6], control [16, with byClass and loops] -> coefficients [N, 2], token_metrics [N, 8]. */
export const tokenLossOp = defineOp<In, "coefficients" | "token_metrics", TokenLossOptions>({
  name: "token_loss",
  shape: (inputs) => {
    checkTokenShapes("token_loss", inputs);
    const rows = inputs.statistics.shape[0]!;
    return { coefficients: { shape: [rows, 2] }, token_metrics: { shape: [rows, TOKEN_METRIC_FIELDS.length] } };
  },
  forward: ({ inputs, outputs, attributes }) => {
    const { statistics, token_inputs } = inputs;
    const rows = statistics.shape[0]!;
    return [
      {
        kernel: "policy/token_loss",
        variant: { conditions: { CLASSES: attributes.byClass === true } },
        bindings: attributes.byClass ? { statistics, token_inputs, state: inputs.control, ...outputs } : { ...inputs, ...outputs },
        parameters: {
          rows,
          eps_low: attributes.clipLow,
          eps_high: attributes.clipHigh,
          dual_clip: attributes.dualClip ?? 0,
          beta: attributes.beta,
          entropy_coefficient: attributes.entropyCoef,
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
  given: { readonly statistics: Tensor; readonly tokenInputs: Tensor; readonly control: Tensor },
  options: TokenLossOptions,
): { readonly coefficients: Tensor; readonly tokenMetrics: Tensor } {
  const { statistics, tokenInputs, control } = given;
  const { coefficients, token_metrics } = tokenLossOp({ statistics, token_inputs: tokenInputs, control }, options);
  return { coefficients, tokenMetrics: token_metrics };
}
