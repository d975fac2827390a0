import type { Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp, shapeError } from "./define.ts";
import { logitsRows } from "./logits.ts";
import { TOKEN_STATISTICS } from "./records.ts";
import { vocabularyRows } from "./vocabulary_rows.ts";

type In = { logits: Tensor; actions: Tensor; into?: Tensor | undefined };

/** `first`: which token of the other inputs the first row of the logits is; 0 if absent. `vocabulary`: V where rows of logits are padded. */
type Attributes = { readonly inverseTemperature: Scalar; readonly first?: number | undefined; readonly vocabulary?: number | undefined };

/** logits [N, V], actions [N] u32 -> statistics [N, 4], of softmax(logits * inverseTemperature), in one pass over the logits. */
export const tokenStatisticsOp = defineOp<In, "statistics", Attributes>({
  name: "token_statistics",
  shape: (inputs) => {
    const { logits, actions, into } = inputs;
    if (logits.shape.length !== 2 || actions.shape.length !== 1 || actions.dtype !== "u32") {
      throw shapeError("token_statistics", inputs, "logits [N, V] and actions [N] of u32");
    }
    return { statistics: into ? { inPlaceOf: into } : { shape: [logits.shape[0]!, TOKEN_STATISTICS.size] } };
  },
  forward: ({ inputs: { logits, actions }, outputs, attributes: { inverseTemperature, first = 0, vocabulary } }, device) => [
    {
      kernel: "policy/token_statistics",
      ...vocabularyRows(logits, device, vocabulary),
      bindings: { logits, actions, ...outputs },
      parameters: { rows: logits.shape[0]!, ...logitsRows(logits, vocabulary).parameters, inverse_temperature: inverseTemperature, first },
    },
  ],
});

/**
 * What the policy loss needs of logits [N, V]: [N, 4] = log-probability of the action, entropy, log-sum-exp and entropy effect, in nats.
 * `into` [N, 4] is written instead of a fresh tensor where logits exist only a chunk of rows at a time, which begins at token `first`.
 */
export function tokenStatistics(logits: Tensor, actions: Tensor, options: Attributes & { readonly into?: Tensor | undefined }): Tensor {
  const { inverseTemperature, first, vocabulary, into } = options;
  return tokenStatisticsOp({ logits, actions, into }, { inverseTemperature, first, vocabulary }).statistics;
}
