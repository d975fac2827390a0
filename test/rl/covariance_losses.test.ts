import assert from "node:assert/strict";
import { test } from "node:test";
import type { Metrics } from "../../src/report/metrics.ts";
import { sharedDevice } from "../shared_device.ts";
import { run, type SmallRun, shape, smallModel, smallTrainer, untimed } from "../small_policy.ts";

const device = await sharedDevice();

const trainerOf = (options: SmallRun = {}) => smallTrainer(device, options);

for (const loss of ["clip-cov", "kl-cov"]) {
  test(`${loss} trains off-policy and counts what it selects, the same in every run`, async () => {
    const grpo = { loss, covFraction: 0.1, covLow: -1, covHigh: 5, updatesPerRollout: 2, learningRate: 0.01 };
    const runs: Metrics[][] = [];
    for (const microBatchRows of [4096, 4096, 37]) {
      const { trainer } = await trainerOf({ grpo: { ...grpo, microBatchRows } });
      runs.push(await run(trainer.train, 3));
      trainer.destroy();
    }
    assert.deepEqual(untimed(runs[1]!), untimed(runs[0]!));
    for (const step of runs.flat()) {
      for (const [name, value] of Object.entries(step)) assert.ok(Number.isFinite(value), `${name} is ${value}`);
      const tokens = step["completions/mean_length"]! * shape.prompts * shape.completions;
      const selected = step["covariance/selected"]!;
      assert.ok(selected > 0 && selected <= Math.floor(0.1 * tokens), `${selected} selected of ${tokens}`);
    }
    const { trainer } = await trainerOf({ grpo: { updatesPerRollout: 2, learningRate: 0.01 } });
    const [without] = await run(trainer.train, 1);
    trainer.destroy();
    assert.notEqual(without!.grad_norm, runs[0]![0]!.grad_norm, "the selection changes nothing");
    assert.ok(!("covariance/selected" in without!));
  });
}

test("kl-cov pays nothing for what sampler and trainer round apart", async () => {
  const normOf = async (covCoef: number): Promise<Metrics> => {
    const wide = { hidden_size: 128, num_hidden_layers: 4, num_attention_heads: 4, intermediate_size: 256, initializer_range: 0.1 };
    const grpo = { loss: "kl-cov", covFraction: 0.05, covCoef, prompts: 16, completions: 8 };
    const { trainer } = await trainerOf({ model: await smallModel(device, wide), grpo, entropy: { controller: "none" } });
    const [metrics] = await run(trainer.train, 1);
    trainer.destroy();
    return metrics!;
  };
  const [free, dear] = [await normOf(0), await normOf(10)];
  assert.ok(free["sampling/sampling_logp_difference/max"]! > 0, "nothing is rounded apart, so that nothing is tested");
  assert.ok(free["covariance/selected"]! > 1);
  assert.equal(dear.grad_norm, free.grad_norm);
});

test("clip-cov draws anew in every update, and kl-cov selects the same tokens for the same policy", async () => {
  const normOf = async (loss: string, updatesPerRollout: number): Promise<number> => {
    const grpo = { loss, covFraction: 0.1, covLow: -9, covHigh: 9, learningRate: 0, updatesPerRollout };
    const { trainer } = await trainerOf({ grpo, entropy: { controller: "none" } });
    const [metrics] = await run(trainer.train, 1);
    trainer.destroy();
    return metrics!.grad_norm!;
  };
  const change = async (loss: string): Promise<number> => (await normOf(loss, 2)) / (await normOf(loss, 1)) - 1;
  assert.ok(Math.abs(await change("kl-cov")) < 1e-5);
  assert.ok(Math.abs(await change("clip-cov")) > 1e-4);
});
