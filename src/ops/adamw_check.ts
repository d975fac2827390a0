import type { Tensor } from "../graph/tensor.ts";
import { type AdamWShard, type AdamWStepOptions, adamwParameters } from "./adamw.ts";
import { defineOp } from "./define.ts";
import { elementsOf } from "./elements.ts";
import { MOST_SHARD_SUMS, shardSums, sumsOfShard } from "./shard_sums.ts";

type Options = { readonly shards: readonly AdamWStepOptions[] };

/** gradients_i, weights_i, first_i and second_i [E] of every shard i; updates state [8] in place. */
export const adamwCheckOp = defineOp<Readonly<Record<string, Tensor>>, "partial" | "state", Options>({
  name: "adamw_check",
  shape: ({ state }, { shards }) => ({ partial: { shape: [shards.length, MOST_SHARD_SUMS] }, state: { inPlaceOf: state! } }),
  forward: ({ inputs, outputs: { partial, state }, attributes: { shards } }, device) => {
    const sums = shardSums(device);
    const { constants } = sums;
    const counts = shards.map((options, i) => {
      const gradients = inputs[`gradients_${i}`]!;
      const { variant, count } = elementsOf(gradients.shape);
      const before = { weights: inputs[`weights_${i}`]!, first: inputs[`first_${i}`]!, second: inputs[`second_${i}`]! };
      return {
        kernel: "optim/adamw_check_partial",
        variant: { conditions: { ...variant.conditions, ...sums.conditions }, constants },
        bindings: { gradients, optimizer_state: state, ...before, partial: sumsOfShard(partial, i, sums) },
        parameters: { count, ...adamwParameters(options) },
        workgroups: sums.count,
      };
    });
    const verdict = {
      kernel: "optim/adamw_check",
      variant: { conditions: sums.conditions, constants },
      bindings: { partial, optimizer_state: state },
      parameters: { count: shards.length * sums.count },
      workgroups: 1,
    };
    return [...counts, verdict];
  },
});

/**
 * Looks ahead at what `adamwStep` would make of all shards, which share one state. Where a weight or a moment would not be finite, the state
 * skips the step, so that no shard changes.
 */
export function adamwCheck(shards: readonly (readonly [AdamWShard, AdamWStepOptions])[]): void {
  const named = shards.flatMap(([{ parameters, gradients, first, second }, _], i) => [
    [`gradients_${i}`, gradients],
    [`weights_${i}`, parameters],
    [`first_${i}`, first],
    [`second_${i}`, second],
  ]);
  const inputs = Object.fromEntries(named) as Readonly<Record<string, Tensor>>;
  adamwCheckOp({ ...inputs, state: shards[0]![0].state }, { shards: shards.map(([, options]) => options) });
}
