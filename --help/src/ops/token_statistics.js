import { defineOp, shapeError } from "./define.js";
import { TOKEN_STATISTICS } from "./records.js";
import { vocabularyRows } from "./vocabulary_rows.js";
/** logits [N, V], actions [N] u32 -> statistics [N, 4], of softmax(logits * inverseTemperature), in one pass over the logits. */
export const tokenStatisticsOp = defineOp({
    name: "token_statistics",
    shape: (inputs) => {
        const { logits, actions, into } = inputs;
        if (logits.shape.length !== 2 || actions.shape.length !== 1 || actions.dtype !== "u32") {
            throw shapeError("token_statistics", inputs, "logits [N, V] and actions [N] of u32");
        }
        return { statistics: into ? { inPlaceOf: into } : { shape: [logits.shape[0], TOKEN_STATISTICS.size] } };
    },
    forward: ({ inputs: { logits, actions }, outputs, attributes: { inverseTemperature } }, device) => [
        {
            kernel: "policy/token_statistics",
            ...vocabularyRows(logits, device),
            bindings: { logits, actions, ...outputs },
            parameters: { rows: logits.shape[0], vocabulary: logits.size(1), inverse_temperature: inverseTemperature },
        },
    ],
});
/**
 * What the policy loss needs of logits [N, V]: [N, 4] = log-probability of the action, entropy, log-sum-exp and entropy effect, in nats.
 * `into` [N, 4] is written instead of a fresh tensor where logits exist only a chunk of rows at a time.
 */
export function tokenStatistics(logits, actions, options) {
    const { inverseTemperature, into } = options;
    return tokenStatisticsOp({ logits, actions, into }, { inverseTemperature }).statistics;
}
