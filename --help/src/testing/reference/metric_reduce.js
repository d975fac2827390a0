import { BATCH_METRICS, TOKEN_INPUT, TOKEN_METRICS } from "../../ops/records.js";
/** The record BATCH_METRICS of the rows whose mask is set. */
export function metricReduceReference({ token_metrics, token_inputs }) {
    const masks = TOKEN_INPUT.column(token_inputs.data, "mask");
    const count = masks.filter((mask) => mask > 0).length;
    if (count === 0)
        return { metrics: new Float64Array(BATCH_METRICS.size) };
    const column = (field) => TOKEN_METRICS.column(token_metrics.data, field).filter((_, row) => masks[row] > 0);
    const sum = (values) => values.reduce((a, b) => a + b, 0);
    const [low, high] = [sum(column("clipped_low")) / count, sum(column("clipped_high")) / count];
    const metrics = BATCH_METRICS.pack({
        loss: sum(column("loss")),
        token_count: count,
        entropy: sum(column("entropy")) / count,
        kl: sum(column("kl")) / count,
        clip_low: low,
        clip_high: high,
        clip_region: low + high,
        gated_fraction: sum(column("actuator").map(Math.abs)) / count,
        ratio_min: Math.min(...column("ratio")),
        ratio_mean: sum(column("ratio")) / count,
        ratio_max: Math.max(...column("ratio")),
        logp_difference_mean: sum(column("logp_difference")) / count,
        logp_difference_max: Math.max(...column("logp_difference")),
    });
    return { metrics: Float64Array.from(metrics) };
}
