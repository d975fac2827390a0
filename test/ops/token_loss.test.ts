import assert from "node:assert/strict";
import { after, test } from "node:test";
import { initialState, packState } from "../../src/control/state.ts";
import { evaluate } from "../../src/graph/plan.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { COVARIANCE_RULES, KL_ESTIMATES, POLICY_LOSSES, type PolicyLossName } from "../../src/ops/surrogate.ts";
import { type TokenLossOptions, tokenLoss } from "../../src/ops/token_loss.ts";
import { createRandom } from "../../src/random.ts";
import { checkOp, type HostValue, type HostValues } from "../../src/testing/check_op.ts";
import { tokenLossReference } from "../../src/testing/reference/token_loss.ts";
import { given } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

const plain: TokenLossOptions = {
  clipLow: 0.2,
  clipHigh: 0.28,
  dualClip: null,
  beta: 0,
  entropyCoef: 0,
  gate: "probability",
  tau: 0.4,
};

/** Tokens of either sign of advantage, some without one, ratios on both sides of every clip, and every seventh of no weight and NaN. */
function tokens(rows: number, seed: number, state: Parameters<typeof initialState>[0] = {}): HostValues {
  const random = createRandom(seed);
  const statistics: number[] = [];
  const tokenInputs: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    const logp = Math.fround(-2 * random.uniform() - 0.01);
    const advantage = row % 11 === 0 ? 0 : Math.fround(random.normal());
    const reference = Math.fround(logp + 0.5 * random.normal());
    statistics.push(logp, 2 * random.uniform(), 1, random.normal());
    const old = row % 4 === 0 ? logp - 1.5 : Math.fround(logp + 0.4 * random.normal());
    tokenInputs.push(old, reference, advantage, Math.fround(0.1 + random.uniform()), 1, Math.fround(1 + random.uniform()));
    if (row % 7 === 6) {
      statistics.splice(row * 4, 4, Number.NaN, Number.NaN, Number.NaN, Number.NaN);
      tokenInputs.splice(row * 6, 6, Number.NaN, Number.NaN, Number.NaN, 0, 0, Number.NaN);
    }
  }
  return {
    statistics: given([rows, 4], statistics.map(Math.fround)),
    token_inputs: given([rows, 6], tokenInputs.map(Math.fround)),
    control: controlOf(state),
  };
}

function controlOf(state: Parameters<typeof initialState>[0]): HostValue {
  const floats = packState(initialState(state)).map(Math.fround);
  return given([floats.length], floats);
}

async function check(inputs: HostValues, options: TokenLossOptions): Promise<void> {
  const errors = await checkOp(device, {
    name: "token_loss",
    inputs,
    dynamicRows: ["statistics", "token_inputs", "mean_difference", "selected"].filter((name) => name in inputs),
    op: (i) => tracedLoss(i, options),
    reference: (i) => tokenLossReference(i, options),
  });
  for (const [name, error] of Object.entries(errors)) assert.ok(error < 5e-6, `${name}: relative error ${error} on ${device.name}`);
}

function tracedLoss(i: Readonly<Record<string, Tensor>>, options: TokenLossOptions): Record<"coefficients" | "token_metrics", Tensor> {
  const own = { meanDifference: i.mean_difference, selected: i.selected };
  const given = { statistics: i.statistics!, tokenInputs: i.token_inputs!, control: i.control!, ...own };
  const { coefficients, tokenMetrics } = tokenLoss(given, options);
  return { coefficients, token_metrics: tokenMetrics };
}

/** GSPO reads a mean difference a row, on both sides of its clip; NaN where the token does not count. */
function withMeans(values: HostValues, loss: PolicyLossName): HostValues {
  if (loss !== "gspo") return values;
  const random = createRandom(29);
  const rows = values.statistics!.shape[0]!;
  const means = Array.from({ length: rows }, (_, row) => (row % 7 === 6 ? Number.NaN : Math.fround(0.4 * random.normal())));
  return { ...values, mean_difference: given([rows], means) };
}

for (const [name, options, state] of [
  ["PPO clip", plain, {}],
  ["dual clip", { ...plain, dualClip: 3 }, {}],
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
    for (let row = 0; row < rows; row += 1) if (row % 7 !== 6) values.token_inputs!.data[row * 6 + 4] = 1 + (row % loops.length);
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
    const options = { ...plain, beta: 0.1, gate: "entropy-effect" as const };
    const control = controlOf({ loops: [{ alpha: 0.5 }] });
    const [coefficients, metrics] = await evaluate(
      device,
      () => {
        const given = {
          statistics: input("statistics", [1, 4]),
          tokenInputs: input("token_inputs", [1, 6]),
          control: input("control", [control.data.length]),
        };
        const { coefficients, tokenMetrics } = tokenLoss(given, options);
        return [coefficients, tokenMetrics];
      },
      {
        inputs: {
          statistics: Float32Array.of(logp, 0.5, 1, 1),
          token_inputs: Float32Array.of(old, reference, advantage, 0.5, 1, 1),
          control: Float32Array.from(control.data),
        },
      },
    );
    assert.ok(Math.abs(coefficients![0]! - slope) < 1e-6, `logp ${logp}: slope ${coefficients![0]} instead of ${slope}`);
    assert.ok(metrics!.every(Number.isFinite));
    const ratio = Math.exp(Math.min(20, Math.max(-20, logp - old)));
    assert.ok(Math.abs(metrics![2]! / ratio - 1) < 1e-5, `ratio ${metrics![2]} instead of ${ratio}`);
  }
});

for (const loss of POLICY_LOSSES) {
  for (const rows of [1, 131]) {
    test(`token_loss ${loss}, ${rows} rows`, async () => {
      const values = withMeans(
        tokens(rows, rows + 1, { control: { positive_scale: 0.5, negative_scale: 2 }, loops: [{ alpha: 0.4 }] }),
        loss,
      );
      await check(values, { ...plain, loss, delta: 1.6, cispoBound: 1.3, sapoPositive: 1.5, sapoNegative: 3 });
      await check(withMeans(tokens(rows, 5), loss), { ...plain, loss, dualClip: 1.5, beta: 0.1 });
    });
  }

  // One row each, so that the ratio e^20 of one does not hide the errors of the others.
  test(`token_loss ${loss}, extremes`, async () => {
    for (const [logp, old] of [
      [-0.5, -25.5],
      [-25.5, -0.5],
      [-1, -1],
      [-1, -1.75],
      [-12, -1],
      [-1, -12],
    ] as const) {
      for (const advantage of [1.5, -1.5, 0]) {
        for (const weight of [0.25, 0]) {
          const mean = Math.fround(Math.min(20, Math.max(-20, logp - old)) / 3);
          const values: HostValues = {
            statistics: given([1, 4], [logp, 0.5, 1, -1]),
            token_inputs: given([1, 6], [old, logp - 0.3, advantage, weight, 1, 1]),
            control: controlOf({ loops: [{ alpha: 0.5 }] }),
            ...(loss === "gspo" && { mean_difference: given([1], [mean]) }),
          };
          // So flat a gate of sapo is still open at the ratio e^20, where the clamp takes the slope away.
          const flat = logp - old > 20 ? Math.fround(1e-8) : 1;
          const sapo = { sapoPositive: flat, sapoNegative: flat };
          const options: TokenLossOptions = { ...plain, ...sapo, loss, gate: "entropy-effect", beta: Math.fround(0.1) };
          const expected = tokenLossReference(values, options);
          const [slopes, metrics] = await run(values, options);
          const where = `d ${logp - old}, A ${advantage}, weight ${weight} on ${device.name}`;
          assertNear(slopes!, expected.coefficients, `coefficients, ${where}`);
          assertNear(metrics!, expected.token_metrics, `metrics, ${where}`);
        }
      }
    }
  });
}

for (const covariance of COVARIANCE_RULES) {
  for (const rows of [1, 131]) {
    test(`token_loss ${covariance}, ${rows} rows, some selected`, async () => {
      for (const first of [0, 1]) {
        const selected = given(
          [rows],
          Array.from({ length: rows }, (_, row) => ((row + first) % 3 === 0 ? 1 : 0)),
          "u32",
        );
        const values = {
          ...tokens(rows, rows + 2, { control: { positive_scale: 0.5, negative_scale: 2 }, loops: [{ alpha: 0.4 }] }),
          selected,
        };
        await check(values, { ...plain, covariance, covCoef: 0.7, beta: 0.1, ...(covariance === "clip-cov" && { dualClip: 1.5 }) });
      }
    });
  }

  test(`token_loss ${covariance}, d of 25, -25, 0 and in between, A of either sign and 0, selected or not`, async () => {
    for (const d of [25, -25, 0, 0.5, -0.5, 15]) {
      for (const advantage of [1.5, -1.5, 0]) {
        for (const selected of [0, 1]) {
          const logp = d < -1 ? -26 : -1;
          const values: HostValues = {
            statistics: given([1, 4], [logp, 0.5, 1, -1]),
            token_inputs: given([1, 6], [logp - d, logp, advantage, 0.25, 1, 1]),
            control: controlOf({}),
            selected: given([1], [selected], "u32"),
          };
          const options: TokenLossOptions = { ...plain, covariance, covCoef: 0.5 };
          const expected = tokenLossReference(values, options);
          const [slopes, metrics] = await run(values, options);
          const where = `d ${d}, A ${advantage}, selected ${selected} on ${device.name}`;
          assertNear(slopes!, expected.coefficients, `coefficients, ${where}`);
          assertNear(metrics!, expected.token_metrics, `metrics, ${where}`);
        }
      }
    }
  });
}

async function run(values: HostValues, options: TokenLossOptions): Promise<ArrayLike<number>[]> {
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
        const values = {
          statistics: given([1, 4], [logp, 0.5, 1, 1]),
          token_inputs: given([1, 6], [logp, reference, 0, 0.5, 1, 1]),
          control: controlOf({}),
        };
        const options = { ...plain, kl, beta: 0.5 };
        const expected = tokenLossReference(values, options);
        const [slopes, metrics] = await run(values, options);
        assertNear(slopes!, expected.coefficients, `slope at logp ${logp}, reference ${reference}`);
        assertNear(metrics!, expected.token_metrics, `metrics at logp ${logp}, reference ${reference}`);
      }
    }
  });
}

test("token_loss refuses a delta inside the clip, and a sequence's ratio that is missing or not wanted", async () => {
  const values = tokens(3, 1);
  const message = /grpo\.delta is 1\.2; it must be above 1 \+ clipHigh \(1\.28\)/;
  await assert.rejects(run(values, { ...plain, loss: "two-sided", delta: 1.2 }), message);
  await assert.rejects(run(values, { ...plain, loss: "gspo" }), /it needs mean_difference/);
  await assert.rejects(run(values, { ...plain, covariance: "kl-cov" }), /it needs selected/);
  const both = { ...plain, loss: "sapo", covariance: "kl-cov" } as const;
  await assert.rejects(
    run({ ...values, selected: given([3], [0, 1, 0], "u32") }, both),
    /grpo\.covariance is kl-cov; it must be null with loss sapo/,
  );
  await assert.rejects(run(withMeans(values, "gspo"), plain), /it needs mean_difference/);
});
