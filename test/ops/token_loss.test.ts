import assert from "node:assert/strict";
import { after, test } from "node:test";
import { initialControl } from "../../src/control/contract.ts";
import { newLoop, withLoops } from "../../src/control/loops.ts";
import { evaluateOnce } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { tokenLoss } from "../../src/ops/token_loss.ts";
import { createGenerator } from "../../src/random.ts";
import { checkOp, type HostValues } from "../../src/testing/check_op.ts";
import { given } from "../../src/testing/values.ts";
import { type TokenLossReferenceOptions, tokenLossReference } from "../reference/token_loss.ts";

const device = await openDevice();
after(() => device.destroy());

const plain: TokenLossReferenceOptions = {
  clipLow: 0.2,
  clipHigh: 0.28,
  dualClip: null,
  beta: 0,
  entropyCoef: 0,
  gate: "probability",
  tau: 0.4,
};

/** Tokens of either sign of advantage, some without one, ratios on both sides of every clip, and every seventh of no weight and NaN. */
function tokens(rows: number, seed: number, control: Parameters<typeof initialControl>[0] = {}): HostValues {
  const random = createGenerator(seed);
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
    control: given([16], [...initialControl(control)]),
  };
}

async function check(inputs: HostValues, options: TokenLossReferenceOptions): Promise<void> {
  const errors = await checkOp(device, {
    name: "token_loss",
    inputs,
    dynamicRows: ["statistics", "token_inputs"],
    op: (i) => {
      const result = tokenLoss({ statistics: i.statistics!, tokenInputs: i.token_inputs!, control: i.control! }, options);
      return { coefficients: result.coefficients, token_metrics: result.tokenMetrics };
    },
    reference: (i) => tokenLossReference(i, options),
  });
  for (const [name, error] of Object.entries(errors)) assert.ok(error < 5e-6, `${name}: relative error ${error} on ${device.name}`);
}

for (const [name, options, control] of [
  ["PPO clip", plain, {}],
  ["dual clip", { ...plain, dualClip: 3 }, {}],
  ["KL to the reference", { ...plain, beta: 0.3 }, {}],
  ["entropy bonus", { ...plain, entropyCoef: 0.02 }, { entropy_coefficient: 0.05 }],
  ["control, probability gate", plain, { alpha: 0.7 }],
  ["control, no gate", { ...plain, tau: 0 }, { alpha: -0.6 }],
  ["control, entropy-effect gate", { ...plain, gate: "entropy-effect" }, { alpha: -0.9 }],
  [
    "scales by the sign of the advantage",
    { ...plain, beta: 0.2, entropyCoef: 0.1 },
    { alpha: 0.4, positive_scale: 0.25, negative_scale: 3 },
  ],
] as const) {
  for (const rows of [1, 131]) test(`token_loss, ${name}, ${rows} rows`, () => check(tokens(rows, rows, control), { ...options }));
}

for (const rows of [1, 131]) {
  test(`token_loss by class, ${rows} rows: each takes the alpha of its own loop`, async () => {
    const alphas = [0.7, -0.4, 0.2];
    const values = tokens(rows, rows, { alpha: 0.9, positive_scale: 0.5 });
    for (let row = 0; row < rows; row += 1) if (row % 7 !== 6) values.token_inputs!.data[row * 6 + 4] = 1 + (row % alphas.length);
    const loops = alphas.map((alpha) => newLoop({ alpha: Math.fround(alpha) }));
    const state = withLoops(values.control!.data, loops);
    await check({ ...values, control: given([state.length], state) }, { ...plain, byClass: true });
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
    const [coefficients, metrics] = await evaluateOnce(
      device,
      () => {
        const given = {
          statistics: input("statistics", [1, 4]),
          tokenInputs: input("token_inputs", [1, 6]),
          control: input("control", [16]),
        };
        const { coefficients, tokenMetrics } = tokenLoss(given, options);
        return [coefficients, tokenMetrics];
      },
      {
        inputs: {
          statistics: Float32Array.of(logp, 0.5, 1, 1),
          token_inputs: Float32Array.of(old, reference, advantage, 0.5, 1, 1),
          control: initialControl({ alpha: 0.5 }),
        },
      },
    );
    assert.ok(Math.abs(coefficients![0]! - slope) < 1e-6, `logp ${logp}: slope ${coefficients![0]} instead of ${slope}`);
    assert.ok(metrics!.every(Number.isFinite));
    const ratio = Math.exp(Math.min(20, Math.max(-20, logp - old)));
    assert.ok(Math.abs(metrics![2]! / ratio - 1) < 1e-5, `ratio ${metrics![2]} instead of ${ratio}`);
  }
});
