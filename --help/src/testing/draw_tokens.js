import { buildPlan } from "../graph/plan.js";
import { runScalar } from "../graph/scalar.js";
import { input } from "../graph/trace.js";
import { nextToken } from "../ops/next_token.js";
import { createRandom } from "../random.js";
/** Stands where no token was drawn. */
export const NOT_DRAWN = 9999;
/** Draws from the same logits `steps` times, one row a sequence. */
export async function drawTokens(device, logits, options) {
    const S = logits.length;
    const V = logits[0].length;
    const { length: L = 1, stop = [0xffffffff], steps = 1, seed = 1 } = options;
    const plan = await buildPlan(device, "next token", () => {
        const rows = runScalar("rows", S + 3);
        const state = {
            position: input("position", [rows], "u32"),
            token: input("token", [rows], "u32"),
            done: input("done", [rows], "u32"),
            completions: input("completions", [rows, L], "u32"),
            completionStatistics: input("completion_statistics", [rows, L, 2]),
        };
        const given = {
            logits: input("logits", [rows, V]),
            sequenceKey: input("key", [rows], "u32"),
            stopTokens: input("stop", [stop.length], "u32"),
        };
        nextToken({ ...given, ...state }, { ...options, seed: runScalar("seed") });
        return { keep: Object.values(state) };
    });
    const fill = (count, value) => Uint32Array.from({ length: count }, (_, i) => value(i));
    const inputs = {
        logits: Float32Array.from(logits.flatMap((row) => Array.from(row))),
        key: fill(S, (s) => options.keys?.[s] ?? s),
        stop: Uint32Array.from(stop),
        position: fill(S, (s) => options.positions?.[s] ?? 5),
        token: fill(S, () => NOT_DRAWN),
        done: fill(S, () => 0),
        completions: fill(S * L, () => NOT_DRAWN),
        completion_statistics: new Float32Array(S * L * 2).fill(7),
    };
    plan.upload(inputs);
    for (let step = 0; step < steps; step += 1)
        plan.run({ scalars: { rows: S, seed } });
    const [position, token, done, completions, statistics] = (await plan.read(plan.result.keep)).map((values) => [...values]);
    plan.destroy();
    const cut = (values, width) => values.slice(0, S * width);
    return {
        position: cut(position, 1),
        token: cut(token, 1),
        done: cut(done, 1),
        completions: cut(completions, L),
        statistics: cut(statistics, L * 2),
    };
}
/** Random logits of a row. */
export function randomLogits(vocabulary, seed, scale = 1.5) {
    const random = createRandom(seed);
    return Array.from({ length: vocabulary }, () => Math.fround(scale * random.normal()));
}
/**
 * Pearson's chi-squared statistic of counts against probabilities, standardised to a normal variate by Wilson and Hilferty's cube root.
 * Tokens that are expected less than 8 times count together.
 */
export function chiSquaredDeviation(counts, probabilities) {
    const draws = counts.reduce((a, b) => a + b, 0);
    let [statistic, cells, rareCount, rareExpected] = [0, -1, 0, 0];
    const add = (count, expected) => {
        statistic += (count - expected) ** 2 / expected;
        cells += 1;
    };
    probabilities.forEach((p, token) => {
        if (p * draws >= 8)
            add(counts[token], p * draws);
        else
            [rareCount, rareExpected] = [rareCount + counts[token], rareExpected + p * draws];
    });
    if (rareExpected >= 1)
        add(rareCount, rareExpected);
    if (cells === 0)
        return 0;
    const variance = 2 / (9 * cells);
    return ((statistic / cells) ** (1 / 3) - (1 - variance)) / Math.sqrt(variance);
}
/** How often each token was drawn. */
export function countsOf(tokens, vocabulary) {
    const counts = Array(vocabulary).fill(0);
    for (const token of tokens)
        counts[token] = (counts[token] ?? 0) + 1;
    return counts;
}
