import type { Tensor } from "../graph/tensor.ts";
import { loopCount } from "./control_state.ts";
import { defineOp } from "./define.ts";
import { checkTokenShapes } from "./token_inputs.ts";

/** Attributes of the op that reweighs surprising tokens. */
export interface SurpriseWeightOptions {
  /** Share of the tokens with positive advantage that are reweighed, and of those with negative advantage; 0 leaves a side alone. */
  readonly positiveShare: number;
  readonly negativeShare: number;
}

type In = { statistics: Tensor; control: Tensor; token_inputs: Tensor };

/** statistics [N, 4], control -> the column advantage of token_inputs [N, 6] in place. */
export const surpriseWeightOp = defineOp<In, "key" | "token_inputs", SurpriseWeightOptions>({
  name: "surprise_weight",
  shape: (inputs) => {
    checkTokenShapes("surprise_weight", inputs);
    loopCount("surprise_weight", inputs);
    return { key: { shape: [inputs.statistics.shape[0]!], dtype: "u32" }, token_inputs: { inPlaceOf: inputs.token_inputs } };
  },
  forward: ({ inputs: { statistics, control }, outputs: { key, token_inputs }, attributes }) => [
    {
      kernel: "policy/surprise_weight",
      bindings: { statistics, state: control, key, token_inputs },
      parameters: {
        rows: statistics.shape[0]!,
        positive_share: attributes.positiveShare,
        negative_share: attributes.negativeShare,
      },
      workgroups: 1,
    },
  ],
});

/** Multiplies the advantages of the tokens that surprise the policy most, as the controller's alpha says. Returns token_inputs. */
export function surpriseWeight(
  given: { readonly statistics: Tensor; readonly tokenInputs: Tensor; readonly control: Tensor },
  options: SurpriseWeightOptions,
): Tensor {
  const { statistics, tokenInputs, control } = given;
  return surpriseWeightOp({ statistics, control, token_inputs: tokenInputs }, options).token_inputs;
}
