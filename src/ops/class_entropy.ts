import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "./define.ts";
import { checkTokenShapes } from "./token_inputs.ts";

export interface ClassEntropyOptions {
  readonly classes: number;
  /** false: leave what the loops act on as it is, because a controller has acted on it already. */
  readonly writeEntropy: boolean;
}

type In = { statistics: Tensor; token_inputs: Tensor; control: Tensor };

/** statistics [N, 4], token_inputs [N, 6], control [16 + loops] in place: mean entropy and token count of each class. */
export const classEntropyOp = defineOp<In, "state", ClassEntropyOptions>({
  name: "class_entropy",
  shape: (inputs) => {
    checkTokenShapes("class_entropy", inputs);
    return { state: { inPlaceOf: inputs.control } };
  },
  forward: ({ inputs: { statistics, token_inputs }, outputs, attributes: { classes, writeEntropy } }) => [
    {
      kernel: "policy/class_entropy",
      bindings: { statistics, token_inputs, ...outputs },
      parameters: { rows: statistics.shape[0]!, write_entropy: writeEntropy ? 1 : 0 },
      workgroups: classes,
    },
  ],
});

/** Reduces the entropies of each class of tokens into its loop, in a fixed order. Returns the control buffer with its loops. */
export function classEntropy(statistics: Tensor, tokenInputs: Tensor, control: Tensor, options: ClassEntropyOptions): Tensor {
  return classEntropyOp({ statistics, token_inputs: tokenInputs, control }, options).state;
}
