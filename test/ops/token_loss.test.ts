import assert from "node:assert/strict";
import { test } from "node:test";
import type { initialState } from "../../src/control/state.ts";
import { evaluate } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { createLoss, losses } from "../../src/loss/index.ts";
import { LOSS_COEFFICIENTS, TOKEN_INPUT, TOKEN_METRICS, TOKEN_STATISTICS } from "../../src/ops/records.ts";
import { KL_ESTIMATES } from "../../src/ops/token_loss.ts";
import type { HostValues } from "../../src/testing/check_op.ts";
import {
  controlOf,
  lossTokens,
  plainLoss,
  REACHED,
  type TokenLossCaseOptions,
  tokenLossCases,
  tracedLoss,
  withExtra,
} from "../../src/testing/ops/token_loss.ts";
import { tokenLossReference } from "../../src/testing/reference/token_loss.ts";
import { given, records } from "../../src/testing/values.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, tokenLossCases);

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
    const [coefficients, metrics] = await run(values, { ...plainLoss, beta: 0.1, gate: "entropy-effect" });
    const actual = LOSS_COEFFICIENTS.read(coefficients!).logp;
    assert.ok(Math.abs(actual - slope) < 1e-6, `logp ${logp}: slope ${actual} instead of ${slope}`);
    assert.ok(Array.from(metrics!).every(Number.isFinite));
    const ratio = Math.exp(Math.min(20, Math.max(-20, logp - old)));
    const found = TOKEN_METRICS.read(metrics!).ratio;
    assert.ok(Math.abs(found / ratio - 1) < 1e-5, `ratio ${found} instead of ${ratio}`);
  }
});

for (const name of Object.keys(losses)) {
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
              { ...plainLoss, loss, gate: "entropy-effect", beta: Math.fround(0.1) },
              JSON.stringify({ d, extra, ...token }),
            );
          }
        }
      }
    }
  });
}

/** One row, every number of it by its own size. */
async function checkRow(values: HostValues, options: TokenLossCaseOptions, where: string): Promise<void> {
  const expected = tokenLossReference(values, options);
  const [slopes, metrics] = await run(values, options);
  assertNear(slopes!, expected.coefficients, `coefficients, ${where} on ${device.name}`);
  assertNear(metrics!, expected.token_metrics, `metrics, ${where} on ${device.name}`);
}

async function run(values: HostValues, options: TokenLossCaseOptions): Promise<ArrayLike<number>[]> {
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
    for (const reference of [-1.5, -25, -1, -40]) {
      for (const logp of [-1, -26]) {
        const values = oneToken({ logp, old_logp: logp, reference_logp: reference, advantage: 0, weight: 0.5, effect: 1 });
        await checkRow(values, { ...plainLoss, kl, beta: 0.5 }, `logp ${logp}, reference ${reference}`);
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
          const [coefficients, metrics] = await run(withExtra(values, loss), { ...plainLoss, loss, beta: 0.1 });
          const found = [LOSS_COEFFICIENTS.read(coefficients!).logp, TOKEN_METRICS.read(metrics!).loss];
          const expected = weight === 0 ? 0 : Number.NaN;
          assert.deepEqual(found, [expected, expected], `${field} ${value}, weight ${weight}, on ${device.name}`);
        }
      }
    }
  });
}

test("token_loss refuses a loss whose extra number is missing or not wanted, and one without its parameters", async () => {
  const values = lossTokens(3, 1);
  const gspo = createLoss({ loss: "gspo" });
  await assert.rejects(run(values, { ...plainLoss, loss: gspo }), /it needs extra \[N\]/);
  await assert.rejects(run(withExtra(values, gspo), plainLoss), /it needs no extra/);
  const { parameters, ...incomplete } = plainLoss.loss;
  await assert.rejects(
    run(values, { ...plainLoss, loss: { ...incomplete, parameters: {} } }),
    /kernel policy\/token_loss needs parameter loss\.clip_low/,
  );
});
