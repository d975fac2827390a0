import { readState } from "../../control/state.ts";
import type { TokenLossOptions } from "../../ops/token_loss.ts";
import type { HostValues } from "../check_op.ts";
import { clippedSides, divergenceOf, tokenLossOf } from "./policy_loss.ts";

const clamp = (x: number): number => Math.min(20, Math.max(-20, x));

/** A row's token, with logp moved by `change` where it is differentiated. The control's alpha is that of the loop of its class (mask - 1). */
function tokenOf(inputs: HostValues, row: number, change: number) {
  const [frozenLogp, entropy] = inputs.statistics!.data.subarray(row * 4, row * 4 + 2) as unknown as [number, number];
  const [oldLogp, refLogp, advantage] = inputs.token_inputs!.data.subarray(row * 6, row * 6 + 3) as unknown as [number, number, number];
  const logp = frozenLogp + change;
  // d of one of T tokens moves the mean by a T-th, and with it the losses of T tokens: as if it moved its own loss by the whole.
  const moved = clamp(logp - oldLogp) - clamp(frozenLogp - oldLogp);
  const meanDifference = (inputs.mean_difference?.data[row] ?? 0) + moved;
  return { logp, frozenLogp, entropy, oldLogp, refLogp, advantage, meanDifference, selected: inputs.selected?.data[row] === 1 };
}

/** The summands of a row's loss with its logp and entropy moved; the actuator stays that of the row itself. */
function rowTerms(inputs: HostValues, options: TokenLossOptions, row: number, change: number, entropyChange: number): number[] {
  const [weight, mask, controlWeight] = inputs.token_inputs!.data.subarray(row * 6 + 3, row * 6 + 6) as unknown as [number, number, number];
  const { control: common, loops } = readState(inputs.control!.data);
  const { entropy_coefficient: bonus, positive_scale: positive, negative_scale: negative } = common;
  const { alpha } = loops[mask - 1]!;
  const token = tokenOf(inputs, row, change);
  const { advantage, entropy } = token;
  const surrogate = tokenLossOf({ ...token, entropy: 0 }, { ...options, beta: 0 });
  const ratio = Math.exp(clamp(token.logp - token.oldLogp));
  const control = alpha * -ratio * Math.abs(advantage) * actuatorOf(inputs, options, row) * controlWeight;
  const scale = advantage > 0 ? positive : advantage < 0 ? negative : 1;
  const divergence = options.beta * divergenceOf(token, options);
  const terms = [scale * surrogate, scale * control, divergence, -(options.entropyCoef + bonus) * (entropy + entropyChange)];
  return terms.map((term) => weight * term);
}

/** Central differences of each summand apart: a large one that stands still must not drown the others. */
function slope(terms: (change: number) => number[]): number {
  const step = 1e-6;
  const above = terms(step);
  return terms(-step).reduce((sum, below, i) => sum + (above[i]! - below) / (2 * step), 0);
}

function actuatorOf(inputs: HostValues, { gate, tau }: TokenLossOptions, row: number): number {
  const [logp, , , effect] = inputs.statistics!.data.subarray(row * 4, row * 4 + 4);
  if (gate === "entropy-effect") return Math.sign(effect!);
  return tau <= 0 || Math.exp(logp!) > tau ? 1 : 0;
}

/** Derivatives of each row's loss by logp and entropy (central differences), and what is logged of it. */
export function tokenLossReference(inputs: HostValues, options: TokenLossOptions): Record<"coefficients" | "token_metrics", Float64Array> {
  const rows = inputs.statistics!.shape[0]!;
  const coefficients = new Float64Array(rows * 2);
  const metrics = new Float64Array(rows * 8);
  for (let row = 0; row < rows; row += 1) {
    if (inputs.token_inputs!.data[row * 6 + 3] === 0) continue;
    coefficients[row * 2] = slope((change) => rowTerms(inputs, options, row, change, 0));
    coefficients[row * 2 + 1] = slope((change) => rowTerms(inputs, options, row, 0, change));
    const loss = rowTerms(inputs, options, row, 0, 0).reduce((sum, term) => sum + term, 0);
    const token = tokenOf(inputs, row, 0);
    const { low, high } = clippedSides(token, options);
    const difference = token.logp - token.oldLogp;
    const kl = divergenceOf(token, options);
    const gate = actuatorOf(inputs, options, row);
    const sides = [low ? 1 : 0, high ? 1 : 0];
    metrics.set([loss, kl, Math.exp(clamp(difference)), ...sides, gate, Math.abs(difference), token.entropy], row * 8);
  }
  return { coefficients, token_metrics: metrics };
}
