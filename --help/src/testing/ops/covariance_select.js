import { covarianceSelect } from "../../ops/covariance_select.js";
import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../ops/records.js";
import { createRandom } from "../../random.js";
import { covarianceSelectReference } from "../reference/covariance_select.js";
import { given, records } from "../values.js";
const clip = { clip_low: 0.2, clip_high: 0.28, dual_clip: 1.5 };
const QUICK = [0.3, 0.05];
const random = { seed: 17, draw: 3, microBatch: 0 };
/** Advantages of either sign around a mean that is not 0, some ratios beyond the clip, and every seventh row masked and NaN. */
export function covarianceTokens(rows, seed) {
    const random = createRandom(seed);
    const drawn = Array.from({ length: rows }, (_, row) => {
        const isPrompt = row % 7 === 6;
        const logp = Math.fround(-2 * random.uniform() - 0.01);
        const old_logp = Math.fround(logp + 0.3 * random.normal());
        const advantage = Math.fround(0.4 + random.normal());
        if (isPrompt)
            return { logp: Number.NaN, old_logp: Number.NaN, advantage: Number.NaN, mask: 0 };
        return { logp, old_logp, advantage, mask: 1 + (row % 3) };
    });
    return { statistics: records(TOKEN_STATISTICS, drawn), token_inputs: records(TOKEN_INPUT, drawn), count: given([1], [0]) };
}
export function covarianceCase(title, inputs, options) {
    return {
        name: "covariance_select",
        title,
        tolerance: 0,
        quick: inputs.statistics.shape[0] === 131 && QUICK.includes(options.fraction) && (options.among?.low ?? 0.2) === 0.2,
        inputs,
        dynamicRows: ["statistics", "token_inputs"],
        op: (i) => {
            const { selected, count } = covarianceSelect({ statistics: i.statistics, tokenInputs: i.token_inputs, count: i.count }, options);
            return { selected, count };
        },
        reference: (i) => covarianceSelectReference(i, options),
    };
}
// Not two rows: both lie as far from their means, so that rounding alone orders their covariances.
const ROWS = [1, 3, 131, 1024, 4099];
const largest = ROWS.flatMap((rows) => [1e-4, 0.01, 0.3, 1].map((fraction) => covarianceCase(`the largest ${fraction} of ${rows} rows`, covarianceTokens(rows, rows), { fraction })));
const drawn = ROWS.flatMap((rows) => [1e-4, 0.05, 1].flatMap((fraction) => [
    { low: 0.2, high: 0.6 },
    { low: -1, high: 1 },
    { low: 50, high: 60 },
].map((range) => {
    const title = `draws ${fraction} of ${rows} rows from ${range.low} to ${range.high}`;
    return covarianceCase(title, covarianceTokens(rows, rows), { fraction, among: { clip, random, ...range } });
})));
export const covarianceSelectCases = [...largest, ...drawn];
