import assert from "node:assert/strict";
import { test } from "node:test";
import { buildModel } from "../../models/index.ts";
import { initializeParameters, placeModule } from "../../src/nn/place.ts";
import { createScorer } from "../../src/policy/score.ts";
import { packBatch, totalsOf } from "../../src/rl/learning/micro_batches.ts";
import { relativeError } from "../../src/testing/check_op.ts";
import { sharedDevice } from "../shared_device.ts";
import { smallModel, smallTrainer } from "../small_policy.ts";
import { CONFIGS, samples, twoUpdates } from "./two_updates.ts";

const device = await sharedDevice();

/** Kernels that lanes share by shuffles add keys one after the other, whether rows are shared or not. */
const KEEPS_BITS = device.software && device.subgroups;

for (const [family, config] of Object.entries(CONFIGS)) {
  test(`${family}: rows that completions of one prompt share change rounding alone`, async () => {
    for (const cut of [[6], [2, 4]]) {
      for (const aggregate of ["token-mean", "sequence-mean"] as const) {
        const apart = await twoUpdates(device, config, { cut, aggregate, group: 3, sharesRows: false });
        const shared = await twoUpdates(device, config, { cut, aggregate, group: 3, sharesRows: true });
        for (const [i, loss] of apart.losses.entries()) assert.ok(Math.abs(shared.losses[i]! - loss) < 1e-6, `${shared.losses[i]} ${loss}`);
        assert.ok(relativeError(shared.gradients[0], Float64Array.from(apart.gradients[0])) < 1e-5, `${cut} ${aggregate}`);
      }
    }
  });
}

test("scores are those of rows that are not shared", async () => {
  for (const config of Object.values(CONFIGS)) {
    const model = buildModel(config);
    const placed = placeModule(device, model);
    initializeParameters(placed, 5);
    const scores = async (sharesRows: boolean): Promise<number[]> => {
      const all = samples(3);
      const batch = packBatch(all, totalsOf(all), { aggregate: "token-mean", maxLength: 20, sharesRows });
      const scorer = await createScorer({ device, model, rows: batch.rows, temperature: 0.7, sharesRows });
      const { logprobs, entropies } = await scorer.score(batch);
      scorer.destroy();
      return all.flatMap(({ completionIds }, s) =>
        completionIds.flatMap((_, i) => [logprobs[batch.responses[s]! + i]!, entropies[batch.responses[s]! + i]!]),
      );
    };
    const [apart, shared] = [await scores(false), await scores(true)];
    if (KEEPS_BITS) assert.deepEqual(shared, apart);
    assert.ok(relativeError(Float32Array.from(shared), Float64Array.from(apart)) < 1e-6);
    placed.destroy();
  }
});

test("a model whose rows meet elsewhere gets every sequence whole, in updates and in both second scorings", async () => {
  const steps = async (sharesRows: boolean) => {
    const model = await smallModel(device);
    Object.defineProperty(model.module, "sharesRows", { value: sharesRows });
    const given: (readonly (readonly string[])[])[] = [];
    const { forward } = model.module;
    model.module.forward = (tokens, rows) => {
      if (!rows.cache) given.push([Object.keys(rows)]);
      return forward.call(model.module, tokens, rows);
    };
    const { trainer } = await smallTrainer(device, { model, grpo: { beta: 0.05, tis: 2, updatesPerRollout: 2 } });
    const metrics = [await trainer.train(), await trainer.train()].map((step) => step.metrics);
    trainer.destroy();
    model.destroy();
    return { metrics, shared: given.flat(2).filter((name) => name === "shared").length, forwards: given.length };
  };
  const [apart, shared] = [await steps(false), await steps(true)];
  assert.equal(apart.shared, 0);
  assert.ok(shared.forwards > 1 && shared.shared === shared.forwards, "all passes but sampling share");
  for (const name of ["loss", "kl", "grad_norm", "entropy", "sampling/sampling_logp_difference/mean"] as const) {
    shared.metrics.forEach((metrics, i) => {
      const [own, other] = [Number(metrics[name]), Number(apart.metrics[i]![name])];
      assert.ok(Math.abs(own - other) <= 1e-4 * (1 + Math.abs(other)), `${name} of step ${i + 1}: ${own} and ${other}`);
    });
  }
});
