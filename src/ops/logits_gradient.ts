import type { Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp, shapeError } from "./define.ts";
import { logitsRows } from "./logits.ts";
import { LOSS_COEFFICIENTS, TOKEN_STATISTICS } from "./records.ts";
import { vocabularyParts } from "./vocabulary_rows.ts";

type In = { actions: Tensor; coefficients: Tensor; statistics: Tensor; logits: Tensor };

/**
 * `first`: which token of the other inputs the first row of the logits is; 0 if absent. `vocabulary`: V where rows of logits are padded. `cap`:
 * that of `capLogits`, where it was applied; the gradient is then that by the logits before.
 */
type Attributes = {
  readonly inverseTemperature: Scalar;
  readonly first?: number | undefined;
  readonly vocabulary?: number | undefined;
  readonly cap?: number | undefined;
};

/** logits [N, V] become the gradient of sum over rows of (c_logp * logp + c_entropy * entropy), in place. */
export const logitsGradientOp = defineOp<In, "logits", Attributes>({
  name: "logits_gradient",
  shape: (inputs) => {
    const { logits, actions, coefficients, statistics } = inputs;
    if (
      logits.shape.length !== 2 ||
      actions.dtype !== "u32" ||
      coefficients.size(1) !== LOSS_COEFFICIENTS.size ||
      statistics.size(1) !== TOKEN_STATISTICS.size
    ) {
      throw shapeError("logits_gradient", inputs, "logits [N, V], actions [N] of u32, coefficients [N, 2] and statistics [N, 4]");
    }
    return { logits: { inPlaceOf: logits } };
  },
  forward: (
    { inputs: { actions, coefficients, statistics }, outputs: { logits }, attributes: { inverseTemperature, first = 0, vocabulary, cap } },
    device,
  ) => {
    const { variant, workgroups, parameters } = vocabularyParts(logits, device, vocabulary);
    const rows = { rows: logits.shape[0]!, ...logitsRows(logits, vocabulary).parameters };
    return [
      {
        kernel: "policy/logits_gradient",
        variant: {
          constants: { ...variant.constants, ...(cap !== undefined && { CAP: cap }) },
          conditions: { ...variant.conditions, CAPPED: cap !== undefined },
        },
        bindings: { actions, coefficients, statistics, logits },
        parameters: { ...rows, inverse_temperature: inverseTemperature, first, ...parameters },
        workgroups,
      },
    ];
  },
});

/**
 * Turns logits [N, V] into their gradient in place, given actions [N], statistics [N, 4] of the same logits, and coefficients [N, 2]: the
 * derivatives of the loss by the action's log-probability and by the entropy of each row. Rows whose coefficients are 0 become zeros,
 * and so does what pads a row.
 */
export function logitsGradient(
  logits: Tensor,
  given: Attributes & { readonly actions: Tensor; readonly statistics: Tensor; readonly coefficients: Tensor },
): Tensor {
  const { actions, statistics, coefficients, inverseTemperature, first, vocabulary, cap } = given;
  return logitsGradientOp({ actions, coefficients, statistics, logits }, { inverseTemperature, first, vocabulary, cap }).logits;
}
