import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../ops/records.js";
/** For each row, the mean of logp - old_logp over the response tokens of its sequence. Each difference is clamped to [-20, 20]. */
export function sequenceRatioReference({ statistics, token_inputs, sequence_begin }) {
    const logps = TOKEN_STATISTICS.column(statistics.data, "logp");
    const tokens = logps.map((logp, row) => ({ logp, ...TOKEN_INPUT.read(token_inputs.data, row * TOKEN_INPUT.size) }));
    const result = new Float64Array(logps.length);
    const begins = sequence_begin.data;
    for (let s = 0; s + 1 < begins.length; s += 1) {
        const responses = tokens.slice(begins[s], begins[s + 1]).filter(({ mask }) => mask > 0);
        const sum = responses.reduce((total, { logp, old_logp }) => total + Math.min(20, Math.max(-20, logp - old_logp)), 0);
        result.fill(sum / Math.max(1, responses.length), begins[s], begins[s + 1]);
    }
    return { mean_difference: result };
}
