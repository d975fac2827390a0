import type { KernelSource } from "../gpu/link.ts";
import { ceilDivide } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { loopCount } from "./control_state.ts";
import { defineOp, shapeError } from "./define.ts";
import { type GateOptions, gateParameters } from "./gate.ts";
import { LOSS_COEFFICIENTS, TOKEN_METRICS } from "./records.ts";
import { checkTokenShapes } from "./token_inputs.ts";

/** Estimates of the KL divergence to the reference policy (Schulman 2020): the values of grpo.kl. */
export const KL_ESTIMATES = ["k1", "k2", "k3"] as const;
/** The name of an estimate of the KL divergence. */
export type KlEstimate = (typeof KL_ESTIMATES)[number];

/** A policy loss as the kernel takes it: a module of shaders/loss, or one's own WGSL, and the fields of its LossParameters. */
export interface TokenLossModule {
  readonly module: KernelSource;
  readonly parameters: Readonly<Record<string, number>>;
  /** Traces the tensor [N] that the module reads as `token.extra`; absent where it reads none. */
  extra?: ((context: never) => Tensor) | undefined;
}

/** Attributes of the op that computes the loss of every token. */
export interface TokenLossOptions extends GateOptions {
  readonly loss: TokenLossModule;
  /** Weight of the KL divergence to the reference policy; `kl` is how the divergence is estimated, by default k3. */
  readonly beta: number;
  readonly kl?: KlEstimate;
  /** Weight of an entropy bonus. */
  readonly entropyCoef: number;
  /** What alpha 1 multiplies the lower bound of the loss's clip by, and divides the upper one by. Default 1: alpha does not move them. */
  readonly clipSpan?: number;
}

type In = {
  statistics: Tensor;
  token_inputs: Tensor;
  control: Tensor;
  extra?: Tensor | undefined;
  surrogate_weight?: Tensor | undefined;
};

/** statistics [N, 4], token_inputs [N, 6], control, extra and surrogate_weight [N] or none -> coefficients [N, 2], token_metrics [N, 8]. */
export const tokenLossOp = defineOp<In, "coefficients" | "token_metrics", TokenLossOptions>({
  name: "token_loss",
  shape: (inputs, { loss }) => {
    checkTokenShapes("token_loss", inputs);
    loopCount("token_loss", inputs);
    if ((loss.extra === undefined) !== (inputs.extra === undefined)) {
      throw shapeError("token_loss", inputs, loss.extra ? "extra [N], which this loss reads" : "no extra with this loss");
    }
    const rows = inputs.statistics.shape[0]!;
    return { coefficients: { shape: [rows, LOSS_COEFFICIENTS.size] }, token_metrics: { shape: [rows, TOKEN_METRICS.size] } };
  },
  forward: ({ inputs, outputs, attributes }) => {
    const { statistics, token_inputs, control, extra, surrogate_weight } = inputs;
    const { loss, beta, kl = "k3", entropyCoef, clipSpan = 1 } = attributes;
    const rows = statistics.shape[0]!;
    return [
      {
        kernel: "policy/token_loss",
        variant: {
          conditions: { EXTRA: extra !== undefined, WEIGHTED: surrogate_weight !== undefined },
          modules: { loss: loss.module },
        },
        bindings: {
          ...{ statistics, token_inputs, state: control },
          ...(extra && { extra }),
          ...(surrogate_weight && { surrogate_weight }),
          ...outputs,
        },
        parameters: {
          rows,
          kl: KL_ESTIMATES.indexOf(kl) + 1,
          beta,
          entropy_coefficient: entropyCoef,
          ...gateParameters(attributes),
          clip_tilt: Math.log(clipSpan),
          ...Object.fromEntries(Object.entries(loss.parameters).map(([name, value]) => [`loss.${name}`, value])),
        },
        workgroups: ceilDivide(rows, 64),
      },
    ];
  },
});

/**
 * The policy loss, token by token (shaders/policy/token_loss.wgsl has the formula): coefficients [N, 2] are its derivatives by the
 * action's log-probability and by the entropy; tokenMetrics [N, 8] are its value and the other metrics of the token.
 */
export function tokenLoss(
  given: {
    readonly statistics: Tensor;
    readonly tokenInputs: Tensor;
    readonly control: Tensor;
    /** [N]: what the loss needs beyond the token. */
    readonly extra?: Tensor | undefined;
    /** [N]: what the surrogate of each token is multiplied by; absent: 1. */
    readonly surrogateWeight?: Tensor | undefined;
  },
  options: TokenLossOptions,
): { readonly coefficients: Tensor; readonly tokenMetrics: Tensor } {
  const { statistics, tokenInputs, control, extra, surrogateWeight } = given;
  const inputs = { statistics, token_inputs: tokenInputs, control, extra, surrogate_weight: surrogateWeight };
  const { coefficients, token_metrics } = tokenLossOp(inputs, options);
  return { coefficients, tokenMetrics: token_metrics };
}
