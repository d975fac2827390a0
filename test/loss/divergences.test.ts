import assert from "node:assert/strict";
import { test } from "node:test";
import { dppo } from "../../src/loss/dppo.ts";
import { erc } from "../../src/loss/erc.ts";
import { tokenOf } from "../../src/loss/token.ts";
import { checkLoss } from "../../src/testing/check_loss.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

/** A token whose probability has gone from q to p. */
function moved(q: number, p: number, advantage: number, extra = 0): ReturnType<typeof tokenOf> {
  return tokenOf({ logp: Math.log(p), oldLogp: Math.log(q), advantage, extra });
}

for (const options of [
  { dppoDivergence: "kl" },
  { dppoDivergence: "kl", dppoDelta: 0.5 },
  { dppoDivergence: "kl", dppoDelta: 1e-6 },
  { dppoDelta: 0.01 },
  { dppoDelta: 0.6, dppoBound: 1.5 },
] as const) {
  test(`dppo, ${JSON.stringify(options)}: WGSL, double precision and numerical differentiation agree`, async () => {
    const errors = await checkLoss(device, dppo(options));
    const text = `${JSON.stringify(errors)} on ${device.name}`;
    assert.ok(errors.value < 1e-5 && errors.slope < 1e-5 && errors.derivative < 1e-5 && errors.flags === 0, text);
    assert.ok(errors.kinks <= errors.tokens / 10, text);
  });
}

test("dppo by hand: tokens are masked by the change of their probability, and not by its ratio", () => {
  const { surrogate } = dppo();
  // A ratio of 100 of a rare token is no large change; a ratio of 0.6 of a likely one is.
  assert.deepEqual(surrogate(moved(0.001, 0.1, 2)), { value: -20 * 2 * Math.log(0.1), slope: -40, low: false, high: false });
  const { slope, low } = surrogate(moved(0.9, 0.54, -1));
  assert.ok(slope === 0 && low, "a fall from 0.9 to 0.54 that the advantage asks for");
  assert.equal(surrogate(moved(0.9, 0.54, 1)).slope, -Math.exp(Math.log(0.54) - Math.log(0.9)), "the advantage pushes back");
  assert.ok(surrogate(moved(0.4, 0.61, 1)).high && !surrogate(moved(0.4, 0.59, 1)).high, "delta is 0.2");
});

test("dppo by hand: the divergence of two outcomes", () => {
  // 0.5 log(0.5 / 0.6) + 0.5 log(0.5 / 0.4) = 0.0204; 0.5 log(0.5 / 0.7) + 0.5 log(0.5 / 0.3) = 0.0872
  const { surrogate } = dppo({ dppoDivergence: "kl" });
  assert.ok(!surrogate(moved(0.5, 0.6, 1)).high && surrogate(moved(0.5, 0.7, 1)).high, "delta is 0.05");
  const barely = dppo({ dppoDivergence: "kl", dppoDelta: 0.0872 }).surrogate;
  const held = dppo({ dppoDivergence: "kl", dppoDelta: 0.0871 }).surrogate;
  assert.ok(!barely(moved(0.5, 0.7, 1)).high && held(moved(0.5, 0.7, 1)).high);
  assert.equal(surrogate(moved(0.5, 0.7, -1)).slope, Math.exp(Math.log(0.7) - Math.log(0.5)), "the advantage pushes back");
});

test("erc by hand: a dropped token keeps its value and has no slope", () => {
  const { surrogate } = erc();
  assert.equal(surrogate(moved(0.5, 0.55, 2)).slope, -2 * Math.exp(Math.log(0.55) - Math.log(0.5)));
  const [kept, dropped] = [surrogate(moved(0.5, 0.55, 2)), surrogate(moved(0.5, 0.55, 2, 1))];
  assert.deepEqual(dropped, { ...kept, slope: 0 });
  assert.ok(surrogate(moved(0.5, 0.7, 2, 1)).high, "PPO's clip is counted as ever");
});
