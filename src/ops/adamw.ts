import { ceilDivide, type Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp, shapeError } from "./define.ts";
import { elementsOf } from "./elements.ts";

/** Attributes of AdamW's op. */
export interface AdamWStepOptions {
  readonly learningRate: Scalar;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  /** Weights below this index decay: matrices come first in a shard, which is a flat buffer of parameters. */
  readonly decayEnd: number;
}

/** The parameters of the kernels that compute AdamW's formula, beside `count`. */
export function adamwParameters({ betas: [beta1, beta2], ...options }: AdamWStepOptions): Readonly<Record<string, Scalar>> {
  return {
    decay_end: options.decayEnd,
    "rates.learning_rate": options.learningRate,
    "rates.beta1": beta1,
    "rates.one_minus_beta1": 1 - beta1,
    "rates.beta2": beta2,
    "rates.one_minus_beta2": 1 - beta2,
    "rates.eps": options.eps,
    "rates.weight_decay": options.weightDecay,
  };
}

/** A flat shard of parameters [E], with its gradients and moments, and the optimiser's state [8]. */
export interface AdamWShard {
  readonly parameters: Tensor;
  readonly gradients: Tensor;
  readonly first: Tensor;
  readonly second: Tensor;
  readonly state: Tensor;
}

type In = { gradients: Tensor; optimizer_state: Tensor; weights: Tensor; first: Tensor; second: Tensor };

/** gradients [E], optimizer_state [8] of gradient_norm; updates weights, first and second moments [E] in place. */
export const adamwOp = defineOp<In, "weights" | "first" | "second", AdamWStepOptions>({
  name: "adamw",
  shape: (inputs) => {
    const { gradients, weights, first, second } = inputs;
    const length = weights.size(0);
    if ([gradients, first, second].some((tensor) => tensor.shape.length !== 1 || tensor.size(0) !== length)) {
      throw shapeError("adamw", inputs, "weights, gradients and both moments of one length");
    }
    return { weights: { inPlaceOf: weights }, first: { inPlaceOf: first }, second: { inPlaceOf: second } };
  },
  forward: ({ inputs: { gradients, optimizer_state }, outputs, attributes }) => {
    const { variant, count } = elementsOf(gradients.shape);
    return [
      {
        kernel: "optim/adamw",
        variant,
        bindings: { gradients, optimizer_state, ...outputs },
        parameters: { count, ...adamwParameters(attributes) },
        workgroups: ceilDivide(count, 64),
      },
    ];
  },
});

/** One AdamW update of a flat shard, in place. Nothing changes where gradientNorm or adamwCheck has skipped the step. */
export function adamwStep(shard: AdamWShard, options: AdamWStepOptions): void {
  const { parameters, gradients, first, second, state } = shard;
  adamwOp({ gradients, optimizer_state: state, weights: parameters, first, second }, options);
}
