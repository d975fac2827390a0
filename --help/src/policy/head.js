import { rowsOf } from "../graph/tensor.js";
import { empty } from "../graph/trace.js";
import { logitsGradient } from "../ops/logits_gradient.js";
import { matmul } from "../ops/matmul/op.js";
import { TOKEN_STATISTICS } from "../ops/records.js";
import { tokenStatistics } from "../ops/token_statistics.js";
/** Log-probability and entropy of every row, a chunk of logits at a time. */
export function headStatistics(head) {
    const { hidden, weight, actions, inverseTemperature, chunks } = head;
    const statistics = empty("statistics", { shape: [hidden.shape[0], TOKEN_STATISTICS.size], isExact: true });
    let logits;
    for (const { begin, rows } of chunks) {
        const chunk = matmul(rowsOf(hidden, begin, rows), weight, { layout: "NT" }); // [n, V]
        logits = chunk;
        tokenStatistics(chunk, rowsOf(actions, begin, rows), { inverseTemperature, into: rowsOf(statistics, begin, rows) });
    }
    return { statistics, logits: chunks.length === 1 ? logits : undefined };
}
/**
 * The backward pass of the head. Each chunk's logits are recomputed, turned into their gradient in place, and multiplied
 * into grad_hidden [N, C] (returned) and the head's gradient (onto the sink).
 * coefficients [N, 2]: dL/dlogp of the action and dL/dentropy of every row.
 */
export function headBackward(head, saved, coefficients, sink) {
    const { hidden, weight, actions, inverseTemperature, chunks } = head;
    const gradHidden = empty("grad_hidden", { shape: hidden.shape });
    chunks.forEach(({ begin, rows }, index) => {
        const hiddenRows = rowsOf(hidden, begin, rows);
        const logits = saved.logits ?? matmul(hiddenRows, weight, { layout: "NT" });
        const gradLogits = logitsGradient(logits, {
            actions: rowsOf(actions, begin, rows),
            statistics: rowsOf(saved.statistics, begin, rows),
            coefficients: rowsOf(coefficients, begin, rows),
            inverseTemperature,
        });
        matmul(gradLogits, weight, { layout: "NN", sink: { onto: rowsOf(gradHidden, begin, rows), accumulate: 0 } });
        matmul(gradLogits, hiddenRows, { layout: "TN", sink: index === 0 ? sink : { ...sink, accumulate: 1 } });
    });
    return gradHidden;
}
