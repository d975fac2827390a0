import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../ops/records.js";
/** Selects tokens by sorting: 1 for those that are selected, 0 for the others, and the number of those selected. */
export function covarianceSelectReference({ statistics, token_inputs }, { fraction, among }) {
    const rows = statistics.shape[0];
    const all = TOKEN_STATISTICS.column(statistics.data, "logp").map((logp, row) => {
        return { row, logp, ...TOKEN_INPUT.read(token_inputs.data, row * TOKEN_INPUT.size) };
    });
    const tokens = all.filter(({ mask }) => mask > 0);
    const mean = (value) => tokens.reduce((sum, token) => sum + value(token), 0) / Math.max(1, tokens.length);
    const [meanAdvantage, meanLogp] = [mean(({ advantage }) => advantage), mean(({ logp }) => logp)];
    const covarianceOf = ({ advantage, logp }) => (advantage - meanAdvantage) * (logp - meanLogp);
    // The shader takes the floor of this product in single precision.
    const wanted = Math.max(1, Math.floor(Math.fround(Math.fround(fraction) * tokens.length)));
    const keyOf = (token) => {
        const covariance = covarianceOf(token);
        if (!among)
            return covariance;
        const { seed, draw, microBatch } = among.random;
        const isFree = covariance > among.low && covariance < among.high && !isHeld(token, among.clip);
        return isFree ? Math.max(1, philox([token.row, microBatch, 0, 0], [seed, draw])[0]) : 0;
    };
    const keyed = tokens.map((token) => ({ row: token.row, key: keyOf(token) })).filter(({ key }) => !among || key > 0);
    const chosen = keyed.sort((a, b) => b.key - a.key || a.row - b.row).slice(0, wanted);
    const selected = new Float64Array(rows);
    for (const { row } of chosen)
        selected[row] = 1;
    return { selected, count: Float64Array.of(chosen.length) };
}
/** Whether a bound of PPO's clip takes the token's slope away. */
function isHeld({ logp, old_logp, advantage }, clip) {
    const ratio = Math.exp(Math.min(20, Math.max(-20, logp - old_logp)));
    if (advantage > 0)
        return ratio > 1 + clip.clip_high;
    return advantage < 0 && (ratio < 1 - clip.clip_low || (clip.dual_clip > 0 && ratio > clip.dual_clip));
}
/** Philox4x32-10 (Salmon et al. 2011). */
function philox(counter, key) {
    const [m0, m1] = [0xd2511f53n, 0xcd9e8d57n];
    const word = (value) => value & 0xffffffffn;
    let [c0, c1, c2, c3] = counter.map(BigInt);
    let [k0, k1] = key.map(BigInt);
    for (let round = 0; round < 10; round += 1) {
        const [a, b] = [m0 * c0, m1 * c2];
        [c0, c1, c2, c3] = [(b >> 32n) ^ c1 ^ k0, word(b), (a >> 32n) ^ c3 ^ k1, word(a)];
        [k0, k1] = [word(k0 + 0x9e3779b9n), word(k1 + 0xbb67ae85n)];
    }
    return [c0, c1, c2, c3].map(Number);
}
