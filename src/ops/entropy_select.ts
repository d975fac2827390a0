import type { Tensor } from "../graph/tensor.ts";
import { defineOp, shapeError } from "./define.ts";
import { checkTokenShapes } from "./token_inputs.ts";

/** Attributes of the op that selects tokens of high entropy. */
export interface EntropySelectOptions {
  /** Share of the response tokens that are selected; at least one token is. */
  readonly fraction: number;
}

type In = { statistics: Tensor; token_inputs: Tensor; learning: Tensor };

/** statistics [N, 4], token_inputs [N, 6] -> selected [N], and in learning [2] their number and the least entropy among them. */
export const entropySelectOp = defineOp<In, "key" | "selected" | "learning", EntropySelectOptions>({
  name: "entropy_select",
  shape: (inputs) => {
    checkTokenShapes("entropy_select", inputs);
    if (inputs.learning.shape[0] !== 2) throw shapeError("entropy_select", inputs, "learning [2]");
    const shape = [inputs.statistics.shape[0]!];
    return { key: { shape, dtype: "u32" }, selected: { shape }, learning: { inPlaceOf: inputs.learning } };
  },
  forward: ({ inputs: { statistics, token_inputs }, outputs, attributes: { fraction } }) => [
    {
      kernel: "policy/entropy_select",
      bindings: { statistics, token_inputs, ...outputs },
      parameters: { rows: statistics.shape[0]!, fraction },
      workgroups: 1,
    },
  ],
});

/**
 * Selects the tokens at which the policy's entropy is highest: `selected` [N] is 1 for a selected token, else 0. `learning` [2] is overwritten
 * by their number and the least entropy among them, in nats.
 */
export function entropySelect(
  given: { readonly statistics: Tensor; readonly tokenInputs: Tensor; readonly learning: Tensor },
  options: EntropySelectOptions,
): { readonly selected: Tensor; readonly learning: Tensor } {
  const { statistics, tokenInputs, learning } = given;
  return entropySelectOp({ statistics, token_inputs: tokenInputs, learning }, options);
}
