import type { HostValues } from "../check_op.ts";
import { rowStatistics } from "./token_statistics.ts";

/** d/dlogits of sum over rows of (c_logp * logp + c_entropy * entropy), where logits may have a cap, by central differences. */
export function logitsGradientReference(inputs: HostValues, inverseTemperature: number, cap?: number): { logits: Float64Array } {
  const { logits, actions, coefficients } = inputs;
  const vocabulary = logits!.shape[1]!;
  const gradient = Float64Array.from(logits!.data, (_, i) => {
    const row = Math.floor(i / vocabulary);
    const [cLogp, cEntropy] = coefficients!.data.subarray(row * 2, row * 2 + 2) as unknown as [number, number];
    const objective = (step: number): number => {
      const moved = logits!.data.slice(row * vocabulary, (row + 1) * vocabulary);
      moved[i % vocabulary]! += step;
      const shown = cap === undefined ? moved : moved.map((value) => cap * Math.tanh(value / cap));
      const [logp, entropy] = rowStatistics(shown, actions!.data[row]!, inverseTemperature);
      return cLogp * logp + cEntropy * entropy;
    };
    return (objective(1e-5) - objective(-1e-5)) / 2e-5;
  });
  return { logits: gradient };
}
