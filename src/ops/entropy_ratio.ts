import type { Tensor } from "../graph/tensor.ts";
import { defineOp, shapeError } from "./define.ts";
import { checkTokenShapes } from "./token_inputs.ts";

/** Attributes of the op that compares entropies: the ratio may lie between 1 - low and 1 + high. */
export interface EntropyRatioOptions {
  readonly low: number;
  readonly high: number;
}

type In = { statistics: Tensor; token_inputs: Tensor; old_entropy: Tensor; count: Tensor };

/** statistics [N, 4], token_inputs [N, 6], old_entropy [N] -> outside [N], and how many tokens are outside in count [1]. */
export const entropyRatioOp = defineOp<In, "outside" | "count", EntropyRatioOptions>({
  name: "entropy_ratio",
  shape: (inputs) => {
    checkTokenShapes("entropy_ratio", inputs);
    if (inputs.old_entropy.shape.length !== 1) throw shapeError("entropy_ratio", inputs, "old_entropy [N]");
    return { outside: { shape: [inputs.statistics.shape[0]!] }, count: { inPlaceOf: inputs.count } };
  },
  forward: ({ inputs: { statistics, token_inputs, old_entropy }, outputs, attributes }) => [
    {
      kernel: "policy/entropy_ratio",
      bindings: { statistics, token_inputs, old_entropy, ...outputs },
      parameters: { rows: statistics.shape[0]!, ...attributes },
      workgroups: 1,
    },
  ],
});

/**
 * Finds the tokens at which the policy's entropy has changed by too large a share: `outside` [N] is 1 for such a token, else 0. Their number
 * overwrites `count` [1].
 */
export function entropyRatio(
  given: { readonly statistics: Tensor; readonly tokenInputs: Tensor; readonly oldEntropy: Tensor; readonly count: Tensor },
  options: EntropyRatioOptions,
): { readonly outside: Tensor; readonly count: Tensor } {
  const { statistics, tokenInputs, oldEntropy, count } = given;
  return entropyRatioOp({ statistics, token_inputs: tokenInputs, old_entropy: oldEntropy, count }, options);
}
