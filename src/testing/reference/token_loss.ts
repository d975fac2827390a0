import { type Control, readState } from "../../control/state.ts";
import type { PolicyLoss } from "../../loss/define.ts";
import { tokenOf } from "../../loss/token.ts";
import { LOSS_COEFFICIENTS, TOKEN_INPUT, TOKEN_METRICS, TOKEN_STATISTICS } from "../../ops/records.ts";
import type { TokenLossOptions } from "../../ops/token_loss.ts";
import type { HostValues } from "../check_op.ts";
import { divergenceOf } from "./policy_loss.ts";

type Options = TokenLossOptions & { readonly loss: PolicyLoss };
type Inputs = ReturnType<typeof TOKEN_INPUT.read>;
type Statistics = ReturnType<typeof TOKEN_STATISTICS.read>;

/** What the loss of a row depends on. `alpha` is that of the loop of the row's class, mask - 1. */
interface Row {
  readonly given: Inputs;
  readonly policy: Statistics;
  readonly extra: number;
  readonly surrogateWeight: number;
  readonly alpha: number;
  readonly control: Control;
}

function rowOf(inputs: HostValues, row: number): Row {
  const given = TOKEN_INPUT.read(inputs.token_inputs!.data, row * TOKEN_INPUT.size);
  const { control, loops } = readState(inputs.control!.data);
  const { alpha } = loops[Math.max(given.mask, 1) - 1]!;
  const policy = TOKEN_STATISTICS.read(inputs.statistics!.data, row * TOKEN_STATISTICS.size);
  const [extra, surrogateWeight] = [inputs.extra?.data[row] ?? 0, inputs.surrogate_weight?.data[row] ?? 1];
  return { given, policy, extra, surrogateWeight, alpha, control };
}

/**
 * The row's token with its logp moved by `change`. In a loss by sequence, one of T tokens moves the sequence's mean by a T-th of that,
 * and with it the losses of all T tokens. Together these change as much as if the mean of this row alone moved by the whole.
 */
function movedToken({ given, policy, extra, alpha }: Row, { loss, clipSpan = 1 }: Options, change: number): ReturnType<typeof tokenOf> {
  const tokenAt = (logp: number, own: number) => {
    const tilt = alpha * Math.log(clipSpan);
    return tokenOf({ logp, oldLogp: given.old_logp, advantage: given.advantage, tilt, extra: own }, policy.logp);
  };
  const moved = tokenAt(policy.logp + change, extra);
  if (!loss.bySequence) return moved;
  return tokenAt(policy.logp + change, extra + moved.difference - tokenAt(policy.logp, extra).difference);
}

/** The summands of a row's loss with its logp and entropy moved. The actuator stays that of the unmoved row. */
function rowTerms(row: Row, options: Options, change: number, entropyChange: number): number[] {
  const { given, policy, alpha } = row;
  const { entropy_coefficient: bonus, positive_scale: positive, negative_scale: negative } = row.control;
  const token = movedToken(row, options, change);
  const control = alpha * -token.ratio * Math.abs(given.advantage) * actuatorOf(policy, options) * given.control_weight;
  const scale = given.advantage > 0 ? positive : given.advantage < 0 ? negative : 1;
  const divergence = options.beta * divergenceOf(token.logp, given.reference_logp, options);
  const surrogate = scale * row.surrogateWeight * options.loss.surrogate(token).value;
  const terms = [surrogate, scale * control, divergence, -(options.entropyCoef + bonus) * (policy.entropy + entropyChange)];
  return terms.map((term) => given.weight * term);
}

/** Central differences, taken of each summand alone, so that a large constant summand does not drown the others. */
function slope(terms: (change: number) => number[]): number {
  const step = 1e-6;
  const above = terms(step);
  return terms(-step).reduce((sum, below, i) => sum + (above[i]! - below) / (2 * step), 0);
}

function actuatorOf({ logp, effect }: Statistics, { gate, tau }: Options): number {
  if (gate === "none") return 0;
  if (gate === "entropy-effect") return Math.sign(effect);
  return tau <= 0 || Math.exp(logp) > tau ? 1 : 0;
}

/** Derivatives of each row's loss by logp and entropy (central differences), and the token's metrics. */
export function tokenLossReference(inputs: HostValues, options: Options): Record<"coefficients" | "token_metrics", Float64Array> {
  const rows = Array.from({ length: inputs.statistics!.shape[0]! }, (_, row) => rowOf(inputs, row));
  const coefficients = rows.map((row) => {
    if (row.given.weight === 0) return LOSS_COEFFICIENTS.pack({});
    const logp = slope((change) => rowTerms(row, options, change, 0));
    return LOSS_COEFFICIENTS.pack({ logp, entropy: slope((change) => rowTerms(row, options, 0, change)) });
  });
  const metrics = rows.map((row) => {
    const { given, policy } = row;
    if (given.weight === 0) return TOKEN_METRICS.pack({});
    const token = movedToken(row, options, 0);
    const { low, high } = options.loss.surrogate(token);
    return TOKEN_METRICS.pack({
      loss: rowTerms(row, options, 0, 0).reduce((sum, term) => sum + term, 0),
      kl: divergenceOf(policy.logp, given.reference_logp, options),
      ratio: token.ratio,
      clipped_low: low ? 1 : 0,
      clipped_high: high ? 1 : 0,
      actuator: actuatorOf(policy, options),
      logp_difference: Math.abs(policy.logp - given.old_logp),
      entropy: policy.entropy,
    });
  });
  return { coefficients: Float64Array.from(coefficients.flat()), token_metrics: Float64Array.from(metrics.flat()) };
}
