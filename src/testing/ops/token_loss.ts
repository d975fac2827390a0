import { initialState, packState } from "../../control/state.ts";
import type { RecordLayout } from "../../graph/record.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { createLoss, losses, type PolicyLoss } from "../../loss/index.ts";
import { ppoClip } from "../../loss/ppo_clip.ts";
import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../ops/records.ts";
import { KL_ESTIMATES, type TokenLossOptions, tokenLoss } from "../../ops/token_loss.ts";
import { createRandom } from "../../random.ts";
import type { HostValue, HostValues } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { tokenLossReference } from "../reference/token_loss.ts";
import { given, records, setRecord } from "../values.ts";

export type TokenLossCaseOptions = TokenLossOptions & { readonly loss: PolicyLoss };
type State = Parameters<typeof initialState>[0];

export const plainLoss: TokenLossCaseOptions = {
  loss: ppoClip({ clipHigh: 0.28 }),
  beta: 0,
  entropyCoef: 0,
  gate: "probability",
  tau: 0.4,
};

/** Tokens of either sign of advantage, some without one, ratios on both sides of every clip, and every seventh of no weight and NaN. */
export function lossTokens(rows: number, seed: number, state: State = {}): HostValues {
  const random = createRandom(seed);
  const drawn = Array.from({ length: rows }, (_, row) => {
    const logp = Math.fround(-2 * random.uniform() - 0.01);
    const advantage = row % 11 === 0 ? 0 : Math.fround(random.normal());
    const reference_logp = Math.fround(logp + 0.5 * random.normal());
    const policy = { logp, entropy: 2 * random.uniform(), log_sum_exp: 1, effect: random.normal() };
    const old_logp = row % 4 === 0 ? logp - 1.5 : Math.fround(logp + 0.4 * random.normal());
    const [weight, control_weight] = [0.1 + random.uniform(), 1 + random.uniform()];
    const isPrompt = row % 7 === 6;
    return {
      policy: isPrompt ? everyField(TOKEN_STATISTICS, Number.NaN) : policy,
      given: isPrompt
        ? { ...everyField(TOKEN_INPUT, Number.NaN), weight: 0, mask: 0 }
        : { old_logp, reference_logp, advantage, weight, mask: 1, control_weight },
    };
  });
  return {
    statistics: records(
      TOKEN_STATISTICS,
      drawn.map(({ policy }) => policy),
    ),
    token_inputs: records(
      TOKEN_INPUT,
      drawn.map((one) => one.given),
    ),
    control: controlOf(state),
  };
}

export function controlOf(state: State): HostValue {
  const floats = packState(initialState(state)).map(Math.fround);
  return given([floats.length], floats);
}

function everyField<Field extends string>({ fields, read }: RecordLayout<Field>, value: number): Readonly<Record<Field, number>> {
  return read(fields.map(() => value));
}

export function tracedLoss(
  i: Readonly<Record<string, Tensor>>,
  options: TokenLossCaseOptions,
): Record<"coefficients" | "token_metrics", Tensor> {
  const inputs = {
    statistics: i.statistics!,
    tokenInputs: i.token_inputs!,
    control: i.control!,
    extra: i.extra,
    surrogateWeight: i.surrogate_weight,
  };
  const { coefficients, tokenMetrics } = tokenLoss(inputs, options);
  return { coefficients, token_metrics: tokenMetrics };
}

/** What a loss reads beyond the token: mean differences on both sides of a clip, or 1 for every third token; NaN where the token does not count. */
export function withExtra(values: HostValues, loss: PolicyLoss, first = 0): HostValues {
  if (!loss.extra) return values;
  const random = createRandom(29);
  const rows = values.statistics!.shape[0]!;
  const own = (row: number): number => (loss.bySequence ? 0.4 * random.normal() : (row + first) % 3 === 0 ? 1 : 0);
  const extra = Array.from({ length: rows }, (_, row) => Math.fround(row % 7 === 6 ? Number.NaN : own(row)));
  return { ...values, extra: given([rows], extra) };
}

function caseOf(title: string, inputs: HostValues, options: TokenLossCaseOptions, quick = false): OpCase {
  return {
    name: "token_loss",
    title,
    tolerance: 5e-6,
    quick,
    inputs,
    dynamicRows: ["statistics", "token_inputs", "extra", "surrogate_weight"].filter((name) => name in inputs),
    op: (i) => tracedLoss(i, options),
    reference: (i) => tokenLossReference(i, options),
  };
}

const VARIANTS: readonly (readonly [string, TokenLossCaseOptions, State])[] = [
  ["PPO clip", plainLoss, {}],
  ["dual clip", { ...plainLoss, loss: ppoClip({ clipHigh: 0.28, dualClip: 3 }) }, {}],
  ["KL to the reference", { ...plainLoss, beta: 0.3 }, {}],
  ["entropy bonus", { ...plainLoss, entropyCoef: 0.02 }, { control: { entropy_coefficient: 0.05 } }],
  ["control and probability gate", plainLoss, { loops: [{ alpha: 0.7 }] }],
  ["control without a gate", { ...plainLoss, tau: 0 }, { loops: [{ alpha: -0.6 }] }],
  ["control and entropy-effect gate", { ...plainLoss, gate: "entropy-effect" }, { loops: [{ alpha: -0.9 }] }],
  [
    "scales by the sign of the advantage",
    { ...plainLoss, beta: 0.2, entropyCoef: 0.1 },
    { control: { positive_scale: 0.25, negative_scale: 3 }, loops: [{ alpha: 0.4 }] },
  ],
];

/** Each class of tokens takes the alpha of its own loop. */
function byClass(rows: number): OpCase {
  const loops = [{ alpha: 0.7 }, { alpha: -0.4 }, { alpha: 0.2 }];
  const values = lossTokens(rows, rows, { control: { positive_scale: 0.5 }, loops });
  for (let row = 0; row < rows; row += 1) {
    if (row % 7 !== 6) setRecord(values.token_inputs!, TOKEN_INPUT, row, { mask: 1 + (row % loops.length) });
  }
  return caseOf(`${loops.length} classes and ${rows} rows`, values, plainLoss, rows > 1);
}

/** Bounds that alpha moves both ways. The tokens' ratios lie on both sides of where they are and of where they were. */
const moved: readonly OpCase[] = ["ppo-clip", "gspo"].flatMap((name) =>
  [-0.7, 0.4].map((alpha) => {
    const loss = createLoss({ loss: name, clipLow: 0.2, clipHigh: 0.28, dualClip: 1.8 });
    const values = withExtra(lossTokens(131, 8, { loops: [{ alpha }] }), loss);
    return caseOf(`${name} with bounds moved by alpha ${alpha}`, values, { ...plainLoss, loss, gate: "none", clipSpan: 3 });
  }),
);

/** A weight of each token's surrogate, of which some are 0; the control term, the divergence and the bonus stay. */
function weighedCases(rows: number): OpCase[] {
  const weights = given(
    [rows],
    Array.from({ length: rows }, (_, row) => [1, 0, 0.25][row % 3]!),
  );
  const state = { control: { positive_scale: 0.5 }, loops: [{ alpha: 0.4 }] };
  return (["ppo-clip", "clip-cov", "erc", "cispo"] as const).map((name) => {
    const loss = createLoss({ loss: name, ...REACHED });
    const inputs = { ...withExtra(lossTokens(rows, 6, state), loss), surrogate_weight: weights };
    return caseOf(
      `${name} with weights of surrogates over ${rows} rows`,
      inputs,
      { ...plainLoss, loss, beta: 0.1, entropyCoef: 0.02 },
      rows > 1,
    );
  });
}

/** Bounds that the ratios of `lossTokens` reach. */
export const REACHED = { clipHigh: 0.28, delta: 1.6, cispoBound: 1.3, sapoPositive: 1.5, sapoNegative: 3, covCoef: 0.7, dppoBound: 1.3 };

function byName(name: string, rows: number): OpCase[] {
  const loss = createLoss({ loss: name, ...REACHED });
  const dual = createLoss({ loss: name, ...REACHED, dualClip: 1.5 });
  const state = { control: { positive_scale: 0.5, negative_scale: 2 }, loops: [{ alpha: 0.4 }] };
  return [0, 1].flatMap((first) => [
    caseOf(`${name} over ${rows} rows from ${first}`, withExtra(lossTokens(rows, rows + 1, state), loss, first), { ...plainLoss, loss }),
    caseOf(`${name} with dual clip and KL over ${rows} rows from ${first}`, withExtra(lossTokens(rows, 5), dual, first), {
      ...plainLoss,
      loss: dual,
      beta: 0.1,
    }),
  ]);
}

const ROWS = [1, 131];

const still: readonly OpCase[] = ROWS.flatMap((rows) => [
  ...VARIANTS.map(([name, options, state]) => caseOf(`${name} over ${rows} rows`, lossTokens(rows, rows, state), options, rows > 1)),
  byClass(rows),
  ...weighedCases(rows),
  ...Object.keys(losses).flatMap((name) => byName(name, rows)),
  ...KL_ESTIMATES.map((kl) => caseOf(`${kl} estimate over ${rows} rows`, lossTokens(rows, 3), { ...plainLoss, kl, beta: 0.7 })),
]);

export const tokenLossCases: readonly OpCase[] = [...still, ...moved];
