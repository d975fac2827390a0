import { rowStatistics } from "./token_statistics.js";
/** d/dlogits of sum over rows of (c_logp * logp + c_entropy * entropy), by central differences. */
export function logitsGradientReference(inputs, inverseTemperature) {
    const { logits, actions, coefficients } = inputs;
    const vocabulary = logits.shape[1];
    const gradient = Float64Array.from(logits.data, (_, i) => {
        const row = Math.floor(i / vocabulary);
        const [cLogp, cEntropy] = coefficients.data.subarray(row * 2, row * 2 + 2);
        const objective = (step) => {
            const moved = logits.data.slice(row * vocabulary, (row + 1) * vocabulary);
            moved[i % vocabulary] += step;
            const [logp, entropy] = rowStatistics(moved, actions.data[row], inverseTemperature);
            return cLogp * logp + cEntropy * entropy;
        };
        return (objective(1e-5) - objective(-1e-5)) / 2e-5;
    });
    return { logits: gradient };
}
