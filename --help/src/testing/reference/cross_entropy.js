import { LOSS_COEFFICIENTS, TOKEN_INPUT, TOKEN_METRICS, TOKEN_STATISTICS } from "../../ops/records.js";
/** coefficients (-weight, 0), and token metrics: loss -weight * logp, ratio 1, entropy. */
export function crossEntropyReference({ statistics, token_inputs }) {
    const rows = TOKEN_INPUT.column(token_inputs.data, "weight").map((weight, row) => {
        return { weight, ...TOKEN_STATISTICS.read(statistics.data, row * TOKEN_STATISTICS.size) };
    });
    const coefficients = rows.flatMap(({ weight }) => LOSS_COEFFICIENTS.pack(weight === 0 ? {} : { logp: -weight }));
    const metrics = rows.flatMap(({ weight, logp, entropy }) => {
        return TOKEN_METRICS.pack(weight === 0 ? {} : { loss: -weight * logp, ratio: 1, entropy });
    });
    return { coefficients: Float64Array.from(coefficients), token_metrics: Float64Array.from(metrics) };
}
