import { loopIndex } from "../../src/control/loops.ts";
import type { HostValues } from "../../src/testing/check_op.ts";
import { tokenLossOf } from "./policy_loss.ts";

export interface TokenLossReferenceOptions {
  readonly clipLow: number;
  readonly clipHigh: number;
  readonly dualClip: number | null;
  readonly beta: number;
  readonly entropyCoef: number;
  readonly gate: "probability" | "entropy-effect";
  readonly tau: number;
  /** alpha is that of the loop of a row's class (mask - 1). */
  readonly byClass?: boolean;
}

/** Loss of a row with logp and entropy given; the actuator stays that of the row itself. */
function rowLoss(inputs: HostValues, options: TokenLossReferenceOptions, row: number, logp: number, entropy: number): number {
  const [oldLogp, refLogp, advantage, weight, mask, controlWeight] = inputs.token_inputs!.data.subarray(row * 6, row * 6 + 6);
  if (weight === 0) return 0;
  const [whole, bonus, positive, negative] = inputs.control!.data;
  const alpha = options.byClass ? inputs.control!.data[loopIndex(mask! - 1, "alpha")] : whole;
  const base = { logp, entropy: 0, oldLogp: oldLogp!, refLogp: refLogp!, advantage: advantage! };
  const surrogate = tokenLossOf(base, { ...options, beta: 0 });
  const divergence = tokenLossOf({ ...base, advantage: 0 }, options);
  const ratio = Math.exp(Math.min(20, Math.max(-20, logp - oldLogp!)));
  const control = alpha! * -ratio * Math.abs(advantage!) * actuatorOf(inputs, options, row) * controlWeight!;
  const scale = advantage! > 0 ? positive! : advantage! < 0 ? negative! : 1;
  return weight! * (scale * (surrogate + control) + divergence - (options.entropyCoef + bonus!) * entropy);
}

function actuatorOf(inputs: HostValues, { gate, tau }: TokenLossReferenceOptions, row: number): number {
  const [logp, , , effect] = inputs.statistics!.data.subarray(row * 4, row * 4 + 4);
  if (gate === "entropy-effect") return Math.sign(effect!);
  return tau <= 0 || Math.exp(logp!) > tau ? 1 : 0;
}

/** Derivatives of each row's loss by logp and entropy (central differences), and what is logged of it. */
export function tokenLossReference(
  inputs: HostValues,
  options: TokenLossReferenceOptions,
): Record<"coefficients" | "token_metrics", Float64Array> {
  const rows = inputs.statistics!.shape[0]!;
  const coefficients = new Float64Array(rows * 2);
  const metrics = new Float64Array(rows * 8);
  for (let row = 0; row < rows; row += 1) {
    const [logp, entropy] = inputs.statistics!.data.subarray(row * 4, row * 4 + 2) as unknown as [number, number];
    const [oldLogp, refLogp, advantage, weight] = inputs.token_inputs!.data.subarray(row * 6, row * 6 + 4) as unknown as number[];
    if (weight === 0) continue;
    const loss = (dLogp: number, dEntropy: number): number => rowLoss(inputs, options, row, logp + dLogp, entropy + dEntropy);
    const step = 1e-6;
    coefficients[row * 2] = (loss(step, 0) - loss(-step, 0)) / (2 * step);
    coefficients[row * 2 + 1] = (loss(0, step) - loss(0, -step)) / (2 * step);
    const ratio = Math.exp(Math.min(20, Math.max(-20, logp - oldLogp!)));
    const u = Math.min(20, Math.max(-20, refLogp! - logp));
    const low = advantage! < 0 && ratio < 1 - options.clipLow ? 1 : 0;
    const high = advantage! > 0 && ratio > 1 + options.clipHigh ? 1 : 0;
    const kl = options.beta === 0 ? 0 : Math.exp(u) - u - 1;
    const gate = actuatorOf(inputs, options, row);
    metrics.set([loss(0, 0), kl, ratio, low, high, gate, Math.abs(logp - oldLogp!), entropy], row * 8);
  }
  return { coefficients, token_metrics: metrics };
}
