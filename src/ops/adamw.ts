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
    const [beta1, beta2] = attributes.betas;
    return [
      {
        kernel: "optim/adamw",
        variant,
        bindings: { gradients, optimizer_state, ...outputs },
        parameters: {
          count,
          decay_end: attributes.decayEnd,
          learning_rate: attributes.learningRate,
          beta1,
          one_minus_beta1: 1 - beta1,
          beta2,
          one_minus_beta2: 1 - beta2,
          eps: attributes.eps,
          weight_decay: attributes.weightDecay,
        },
        workgroups: ceilDivide(count, 64),
      },
    ];
  },
});

/** One AdamW update of a flat shard, in place. Nothing changes where gradientNorm found gradients that are not finite. */
export function adamwStep(
  shard: {
    readonly parameters: Tensor;
    readonly gradients: Tensor;
    readonly first: Tensor;
    readonly second: Tensor;
    readonly state: Tensor;
  },
  options: AdamWStepOptions,
): void {
  const { parameters, gradients, first, second, state } = shard;
  adamwOp({ gradients, optimizer_state: state, weights: parameters, first, second }, options);
}
