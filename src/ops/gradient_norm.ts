import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "./define.ts";
import { elementsOf } from "./elements.ts";
import { NORM_PARTIAL } from "./records.ts";
import { MOST_SHARD_SUMS, shardSums, sumsOfShard } from "./shard_sums.ts";

/** Attributes of the op that measures the gradient's norm. */
export interface GradientNormOptions {
  /** Gradients are scaled by min(1, maxGradNorm / (norm + 1e-6)); null: no clipping. */
  readonly maxGradNorm: number | null;
  readonly betas: readonly [number, number];
}

/** Flat gradients under any names; updates state [8] in place. */
export const gradientNormOp = defineOp<Readonly<Record<string, Tensor>>, "partial" | "state", GradientNormOptions>({
  name: "gradient_norm",
  shape: ({ state, ...shards }) => ({
    partial: { shape: [Object.keys(shards).length, MOST_SHARD_SUMS, NORM_PARTIAL.size] },
    state: { inPlaceOf: state! },
  }),
  forward: ({ inputs, outputs: { partial, state }, attributes: { maxGradNorm, betas } }, device) => {
    const sums = shardSums(device);
    const { constants } = sums;
    const shards = Object.entries(inputs).filter(([name]) => name !== "state");
    return [
      ...shards.map(([, gradients], i) => {
        const { variant, count } = elementsOf(gradients.shape);
        const conditions = { ...variant.conditions, ...sums.conditions };
        const bindings = { gradients, partial: sumsOfShard(partial, i, sums) };
        return {
          kernel: "optim/gradient_norm_partial",
          variant: { conditions, constants },
          bindings,
          parameters: { count },
          workgroups: sums.count,
        };
      }),
      {
        kernel: "optim/gradient_norm",
        variant: { conditions: sums.conditions, constants },
        bindings: { partial, optimizer_state: state },
        parameters: {
          count: shards.length * sums.count,
          max_norm: maxGradNorm ?? 0,
          log_beta1: Math.log(betas[0]),
          log_beta2: Math.log(betas[1]),
        },
        workgroups: 1,
      },
    ];
  },
});

/** Updates the optimiser's state [8] from all gradients: norm, scale and bias corrections. A gradient that is not finite skips the step. */
export function gradientNorm(shards: readonly Tensor[], state: Tensor, options: GradientNormOptions): Tensor {
  const named = Object.fromEntries(shards.map((shard, i) => [`gradients_${i}`, shard]));
  return gradientNormOp({ ...named, state }, options).state;
}
