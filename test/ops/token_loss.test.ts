import assert from "node:assert/strict";
import { after, test } from "node:test";
import { initialState, packState } from "../../src/control/state.ts";
import { evaluate } from "../../src/graph/plan.ts";
import type { RecordLayout } from "../../src/graph/record.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { input } from "../../src/graph/trace.ts";
import { createLoss, losses, type PolicyLoss } from "../../src/loss/index.ts";
import { ppoClip } from "../../src/loss/ppo_clip.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { LOSS_COEFFICIENTS, TOKEN_INPUT, TOKEN_METRICS, TOKEN_STATISTICS } from "../../src/ops/records.ts";
import { KL_ESTIMATES, type TokenLossOptions, tokenLoss } from "../../src/ops/token_loss.ts";
import { createRandom } from "../../src/random.ts";
import { checkOp, type HostValue, type HostValues } from "../../src/testing/check_op.ts";
import { tokenLossReference } from "../../src/testing/reference/token_loss.ts";
import { given, records, setRecord } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

type Options = TokenLossOptions & { readonly loss: PolicyLoss };

const plain: Options = {
  loss: ppoClip({ clipHigh: 0.28 }),
  beta: 0,
  entropyCoef: 0,
  gate: "probability",
  tau: 0.4,
};

/** Tokens of either sign of advantage, some without one, ratios on both sides of every clip, and every seventh of no weight and NaN. */
function tokens(rows: number, seed: number, state: Parameters<typeof initialState>[0] = {}): HostValues {
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

function controlOf(state: Parameters<typeof initialState>[0]): HostValue {
  const floats = packState(initialState(state)).map(Math.fround);
  return given([floats.length], floats);
}

function everyField<Field extends string>({ fields, read }: RecordLayout<Field>, value: number): Readonly<Record<Field, number>> {
  return read(fields.map(() => value));
}

/** One token, with a controller's state of which `state` has the fields that differ from its start. */
function oneToken(
  token: Partial<Record<"logp" | "entropy" | "old_logp" | "reference_logp" | "advantage" | "weight" | "effect", number>>,
  state: Parameters<typeof initialState>[0] = {},
): HostValues {
  return {
    statistics: records(TOKEN_STATISTICS, [{ entropy: 0.5, log_sum_exp: 1, ...token }]),
    token_inputs: records(TOKEN_INPUT, [{ mask: 1, control_weight: 1, ...token }]),
    control: controlOf(state),
  };
}

async function check(inputs: HostValues, options: Options): Promise<void> {
  const errors = await checkOp(device, {
    name: "token_loss",
    inputs,
    dynamicRows: ["statistics", "token_inputs", "extra"].filter((name) => name in inputs),
    op: (i) => tracedLoss(i, options),
    reference: (i) => tokenLossReference(i, options),
  });
  for (const [name, error] of Object.entries(errors)) assert.ok(error < 5e-6, `${name}: relative error ${error} on ${device.name}`);
}

function tracedLoss(i: Readonly<Record<string, Tensor>>, options: Options): Record<"coefficients" | "token_metrics", Tensor> {
  const given = { statistics: i.statistics!, tokenInputs: i.token_inputs!, control: i.control!, extra: i.extra };
  const { coefficients, tokenMetrics } = tokenLoss(given, options);
  return { coefficients, token_metrics: tokenMetrics };
}

/** What a loss reads beyond the token: mean differences on both sides of a clip, or 1 for every third token; NaN where the token does not count. */
function withExtra(values: HostValues, loss: PolicyLoss, first = 0): HostValues {
  if (!loss.extra) return values;
  const random = createRandom(29);
  const rows = values.statistics!.shape[0]!;
  const own = (row: number): number => (loss.bySequence ? 0.4 * random.normal() : (row + first) % 3 === 0 ? 1 : 0);
  const extra = Array.from({ length: rows }, (_, row) => Math.fround(row % 7 === 6 ? Number.NaN : own(row)));
  return { ...values, extra: given([rows], extra) };
}

for (const [name, options, state] of [
  ["PPO clip", plain, {}],
  ["dual clip", { ...plain, loss: ppoClip({ clipHigh: 0.28, dualClip: 3 }) }, {}],
  ["KL to the reference", { ...plain, beta: 0.3 }, {}],
  ["entropy bonus", { ...plain, entropyCoef: 0.02 }, { control: { entropy_coefficient: 0.05 } }],
  ["control, probability gate", plain, { loops: [{ alpha: 0.7 }] }],
  ["control, no gate", { ...plain, tau: 0 }, { loops: [{ alpha: -0.6 }] }],
  ["control, entropy-effect gate", { ...plain, gate: "entropy-effect" }, { loops: [{ alpha: -0.9 }] }],
  [
    "scales by the sign of the advantage",
    { ...plain, beta: 0.2, entropyCoef: 0.1 },
    { control: { positive_scale: 0.25, negative_scale: 3 }, loops: [{ alpha: 0.4 }] },
  ],
] as const) {
  for (const rows of [1, 131]) test(`token_loss, ${name}, ${rows} rows`, () => check(tokens(rows, rows, state), { ...options }));
}

for (const rows of [1, 131]) {
  test(`token_loss by class, ${rows} rows: each takes the alpha of its own loop`, async () => {
    const loops = [{ alpha: 0.7 }, { alpha: -0.4 }, { alpha: 0.2 }];
    const values = tokens(rows, rows, { control: { positive_scale: 0.5 }, loops });
    for (let row = 0; row < rows; row += 1) {
      if (row % 7 !== 6) setRecord(values.token_inputs!, TOKEN_INPUT, row, { mask: 1 + (row % loops.length) });
    }
    await check(values, plain);
  });
}

test("token_loss beyond the clamps: the ratio and the divergence stop at e^20 and have no slope", async () => {
  // logp, old_logp, ref_logp, advantage; d loss / d logp of weight 0.5 and alpha 0.5 with an open gate
  for (const [logp, old, reference, advantage, slope] of [
    [-1, -26, -1, -1, 0],
    [-30, -1, -1, -1, 0],
    [-1, -1, -25, -1, 0.5 * (1 - 0.5)],
    [-25, -25, -1, 1, 0.5 * (-1 - 0.5)],
  ] as const) {
    const values = oneToken(
      { logp, old_logp: old, reference_logp: reference, advantage, weight: 0.5, effect: 1 },
      { loops: [{ alpha: 0.5 }] },
    );
    const [coefficients, metrics] = await run(values, { ...plain, beta: 0.1, gate: "entropy-effect" });
    const actual = LOSS_COEFFICIENTS.read(coefficients!).logp;
    assert.ok(Math.abs(actual - slope) < 1e-6, `logp ${logp}: slope ${actual} instead of ${slope}`);
    assert.ok(Array.from(metrics!).every(Number.isFinite));
    const ratio = Math.exp(Math.min(20, Math.max(-20, logp - old)));
    const found = TOKEN_METRICS.read(metrics!).ratio;
    assert.ok(Math.abs(found / ratio - 1) < 1e-5, `ratio ${found} instead of ${ratio}`);
  }
});

/** Bounds that the ratios of `tokens` reach. */
const REACHED = { clipHigh: 0.28, delta: 1.6, cispoBound: 1.3, sapoPositive: 1.5, sapoNegative: 3, covCoef: 0.7 };

for (const name of Object.keys(losses)) {
  for (const rows of [1, 131]) {
    test(`token_loss ${name}, ${rows} rows`, async () => {
      const loss = createLoss({ loss: name, ...REACHED });
      const dual = createLoss({ loss: name, ...REACHED, dualClip: 1.5 });
      for (const first of [0, 1]) {
        const values = tokens(rows, rows + 1, { control: { positive_scale: 0.5, negative_scale: 2 }, loops: [{ alpha: 0.4 }] });
        await check(withExtra(values, loss, first), { ...plain, loss });
        await check(withExtra(tokens(rows, 5), dual, first), { ...plain, loss: dual, beta: 0.1 });
      }
    });
  }

  // One row each, so that the ratio e^20 of one does not hide the errors of the others.
  test(`token_loss ${name}, extremes`, async () => {
    for (const d of [25, -25, 0, 0.75, -0.5, 11, -11, 15]) {
      for (const advantage of [1.5, -1.5, 0]) {
        for (const weight of [0.25, 0]) {
          const logp = d < -1 ? d - 0.5 : -1;
          // So flat a gate of sapo is still open at the ratio e^20, where the clamp takes the slope away.
          const flat = d > 20 ? Math.fround(1e-8) : 1;
          const loss = createLoss({ loss: name, ...REACHED, sapoPositive: flat, sapoNegative: flat });
          const token = { logp, old_logp: logp - d, reference_logp: logp - 0.3, advantage, weight, effect: -1 };
          const extras = loss.bySequence ? [Math.fround(Math.min(20, Math.max(-20, d)) / 3)] : loss.extra ? [0, 1] : [0];
          for (const extra of extras) {
            const values = { ...oneToken(token, { loops: [{ alpha: 0.5 }] }), ...(loss.extra && { extra: given([1], [extra]) }) };
            await checkRow(
              values,
              { ...plain, loss, gate: "entropy-effect", beta: Math.fround(0.1) },
              JSON.stringify({ d, extra, ...token }),
            );
          }
        }
      }
    }
  });
}

/** One row, every number of it by its own size. */
async function checkRow(values: HostValues, options: Options, where: string): Promise<void> {
  const expected = tokenLossReference(values, options);
  const [slopes, metrics] = await run(values, options);
  assertNear(slopes!, expected.coefficients, `coefficients, ${where} on ${device.name}`);
  assertNear(metrics!, expected.token_metrics, `metrics, ${where} on ${device.name}`);
}

async function run(values: HostValues, options: Options): Promise<ArrayLike<number>[]> {
  const inputs = Object.fromEntries(
    Object.entries(values).map(([name, { data, dtype }]) => [name, dtype === "u32" ? Uint32Array.from(data) : Float32Array.from(data)]),
  );
  return evaluate(
    device,
    () =>
      Object.values(
        tracedLoss(
          Object.fromEntries(Object.entries(values).map(([name, { shape, dtype }]) => [name, input(name, [...shape], dtype)])),
          options,
        ),
      ),
    { inputs },
  );
}

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  for (let i = 0; i < expected.length; i += 1) {
    const error = Math.abs(actual[i]! - expected[i]!);
    assert.ok(error <= 1e-5 * Math.abs(expected[i]!) + 1e-7, `${what}: ${actual[i]} instead of ${expected[i]} at ${i}`);
  }
}

for (const kl of KL_ESTIMATES) {
  test(`token_loss, ${kl} estimate of the divergence`, async () => {
    for (const rows of [1, 131]) await check(tokens(rows, 3), { ...plain, kl, beta: 0.7 });
    for (const reference of [-1.5, -25, -1, -40]) {
      for (const logp of [-1, -26]) {
        const values = oneToken({ logp, old_logp: logp, reference_logp: reference, advantage: 0, weight: 0.5, effect: 1 });
        await checkRow(values, { ...plain, kl, beta: 0.5 }, `logp ${logp}, reference ${reference}`);
      }
    }
  });
}

for (const name of Object.keys(losses)) {
  test(`token_loss ${name}: a token of which anything is not finite gives NaN, whatever clamps and branches hide; one of weight 0 does not`, async () => {
    const loss = createLoss({ loss: name });
    const sound = { logp: -1, entropy: 0.5, old_logp: -1.2, reference_logp: -1, advantage: 1, weight: 0.5, effect: 1 };
    for (const field of ["logp", "entropy", "old_logp", "reference_logp", "advantage"] as const) {
      for (const value of [Number.NaN, Number.NEGATIVE_INFINITY]) {
        for (const weight of Number.isNaN(value) ? [0.5, 0] : [0.5]) {
          const values = oneToken({ ...sound, [field]: value, weight }, { loops: [{ alpha: 0.5 }] });
          const [coefficients, metrics] = await run(withExtra(values, loss), { ...plain, loss, beta: 0.1 });
          const found = [LOSS_COEFFICIENTS.read(coefficients!).logp, TOKEN_METRICS.read(metrics!).loss];
          const expected = weight === 0 ? 0 : Number.NaN;
          assert.deepEqual(found, [expected, expected], `${field} ${value}, weight ${weight}, on ${device.name}`);
        }
      }
    }
  });
}

test("token_loss refuses a loss whose extra number is missing or not wanted, and one without its parameters", async () => {
  const values = tokens(3, 1);
  const gspo = createLoss({ loss: "gspo" });
  await assert.rejects(run(values, { ...plain, loss: gspo }), /it needs extra \[N\]/);
  await assert.rejects(run(withExtra(values, gspo), plain), /it needs no extra/);
  const { parameters, ...incomplete } = plain.loss;
  await assert.rejects(
    run(values, { ...plain, loss: { ...incomplete, parameters: {} } }),
    /kernel policy\/token_loss needs parameter loss\.clip_low/,
  );
});
