import assert from "node:assert/strict";
import { test } from "node:test";
import type { Metrics } from "../../src/report/metrics.ts";
import { sharedDevice } from "../shared_device.ts";
import { smallTrainer } from "../small_policy.ts";

const device = await sharedDevice();

/** The metrics of the first step. */
async function firstStep(grpo: object): Promise<Metrics> {
  const { trainer, model } = await smallTrainer(device, { grpo, entropy: { controller: "none" } });
  const { metrics } = await trainer.train();
  trainer.destroy();
  model.destroy();
  return metrics;
}

for (const more of [{}, { tis: 2 }]) {
  test(`sampler and trainer are of one temperature: ${JSON.stringify(more)}`, async () => {
    const { "sampling/sampling_logp_difference/max": most, ...metrics } = await firstStep({ temperature: 0.5, ...more });
    assert.ok(most! < 1e-4, `log-probabilities differ by ${most}`);
    assert.equal(metrics["clip_ratio/region_mean"], 0);
  });
}

test("the reference is scored at the temperature of the policy", async () => {
  const { kl } = await firstStep({ temperature: 0.5, beta: 0.1 });
  assert.ok(kl! < 1e-8, `kl ${kl} of a policy that is its reference`);
});

// Sampled at 0.5 and measured at 1 it would be 0.6 of it.
test("a lower temperature makes the entropy of the policy lower", async () => {
  const [cold, warm] = [await firstStep({ temperature: 0.5, learningRate: 0 }), await firstStep({ temperature: 1, learningRate: 0 })];
  assert.ok(cold.entropy! < 0.45 * warm.entropy!, `entropy ${cold.entropy} at 0.5, ${warm.entropy} at 1`);
});
