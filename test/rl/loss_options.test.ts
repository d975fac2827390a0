import assert from "node:assert/strict";
import { test } from "node:test";
import type { StepResult } from "../../src/rl/trainer.ts";
import { sharedDevice } from "../shared_device.ts";
import { type SmallRun, smallTrainer } from "../small_policy.ts";

const device = await sharedDevice();

/** The last of some steps. */
async function stepOf(options: SmallRun, steps = 1): Promise<StepResult> {
  const { trainer, model } = await smallTrainer(device, { entropy: { controller: "none" }, ...options });
  try {
    for (let i = 1; i < steps; i += 1) await trainer.train();
    return await trainer.train();
  } finally {
    trainer.destroy();
    model.destroy();
  }
}

test("a larger beta keeps the policy nearer to its reference", async () => {
  const divergence = async (beta: number): Promise<number> => (await stepOf({ grpo: { beta, learningRate: 0.01 } }, 4)).metrics.kl!;
  const [weak, strong] = [await divergence(0.01), await divergence(10)];
  assert.ok(strong > 0 && strong < 0.5 * weak, `kl ${weak} with beta 0.01, ${strong} with 10`);
});

test("without beta no divergence is measured, and none is reported", async () => {
  const { metrics } = await stepOf({ grpo: { beta: 0 } });
  assert.ok(Number.isFinite(metrics.loss));
  assert.ok(!("kl" in metrics), `kl ${metrics.kl}`);
});

test("the estimate kl: k1 pushes at the reference itself, k2 and k3 do not, and part ways once the policy has moved", async () => {
  const normOf = async (options: object): Promise<number> => (await stepOf({ grpo: options })).metrics.grad_norm!;
  const [free, k1, k2, k3] = [
    await normOf({}),
    await normOf({ beta: 1, kl: "k1" }),
    await normOf({ beta: 1, kl: "k2" }),
    await normOf({ beta: 1, kl: "k3" }),
  ];
  for (const norm of [k2, k3]) assert.ok(Math.abs(norm / free - 1) < 1e-4, `${norm}, and ${free} without a divergence`);
  assert.ok(Math.abs(k1 / free - 1) > 0.01, `k1 ${k1}, and ${free} without a divergence`);
  const later = async (kl: string): Promise<number> => {
    const { metrics } = await stepOf({ grpo: { beta: 1e-3, kl, updatesPerRollout: 2, learningRate: 0.02 } });
    return metrics.kl!;
  };
  const [square, exponential] = [await later("k2"), await later("k3")];
  assert.ok(square > 0 && exponential > 0 && Math.abs(square / exponential - 1) > 1e-3, `k2 ${square}, k3 ${exponential}`);
});

const probable = (more: object): object => ({ controller: "fixed", alpha: 0.4, gate: "probability", ...more });

test("tau is the probability above which the gate lets a token through", async () => {
  for (const tau of [0.05, 0.3, 0.95]) {
    // With gated every token is computed, also those without an advantage.
    const { metrics, entries } = await stepOf({ entropy: probable({ tau, alphaNorm: "gated" }) });
    const probabilities = entries.flatMap(({ completion }) => Array.from(completion.logprobs, Math.exp));
    const share = probabilities.filter((probability) => probability > tau).length / probabilities.length;
    assert.ok(
      Math.abs(metrics["entropic/gated_fraction"]! - share) < 1e-6,
      `${metrics["entropic/gated_fraction"]} gated, ${share} above ${tau}`,
    );
    if (tau === 0.3) assert.ok(share > 0.1 && share < 0.9, `${share} of the tokens are above ${tau}`);
  }
});

test("alphaNorm gated averages the control term over the gated tokens alone", async () => {
  const [none, all, gated] = [
    await stepOf({}),
    await stepOf({ entropy: probable({ tau: 0.3 }) }),
    await stepOf({ entropy: probable({ tau: 0.3, alphaNorm: "gated" }) }),
  ];
  const term = ({ metrics }: StepResult): number => metrics.loss! - none.metrics.loss!;
  const share = gated.metrics["entropic/gated_fraction"]!;
  assert.ok(term(all) < -0.01, `a control term of ${term(all)}`);
  assert.ok(Math.abs((term(gated) * share) / term(all) - 1) < 1e-3, `terms ${term(gated)} and ${term(all)}, of ${share} of the tokens`);
});
