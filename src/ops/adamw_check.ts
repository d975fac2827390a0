import { rowsOf, type Tensor } from "../graph/tensor.ts";
import { type AdamWShard, type AdamWStepOptions, adamwParameters } from "./adamw.ts";
import { defineOp } from "./define.ts";
import { elementsOf } from "./elements.ts";

/** How many counts each shard has; 256 floats keep the window of every shard aligned. */
const PARTIAL_COUNTS = 256;

type Options = { readonly shards: readonly AdamWStepOptions[] };

/** gradients_i, weights_i, first_i and second_i [E] of every shard i; updates state [8] in place. */
export const adamwCheckOp = defineOp<Readonly<Record<string, Tensor>>, "partial" | "state", Options>({
  name: "adamw_check",
  shape: ({ state }, { shards }) => ({ partial: { shape: [shards.length, PARTIAL_COUNTS] }, state: { inPlaceOf: state! } }),
  forward: ({ inputs, outputs: { partial, state }, attributes: { shards } }) => [
    ...shards.map((options, i) => {
      const gradients = inputs[`gradients_${i}`]!;
      const { variant, count } = elementsOf(gradients.shape);
      const before = { weights: inputs[`weights_${i}`]!, first: inputs[`first_${i}`]!, second: inputs[`second_${i}`]! };
      return {
        kernel: "optim/adamw_check_partial",
        variant,
        bindings: { gradients, optimizer_state: state, ...before, partial: rowsOf(partial, i, 1) },
        parameters: { count, ...adamwParameters(options) },
        workgroups: PARTIAL_COUNTS,
      };
    }),
    {
      kernel: "optim/adamw_check",
      bindings: { partial, optimizer_state: state },
      parameters: { count: shards.length * PARTIAL_COUNTS },
      workgroups: 1,
    },
  ],
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
