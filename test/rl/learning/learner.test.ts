import assert from "node:assert/strict";
import { test } from "node:test";
import { sharedDevice } from "../../shared_device.ts";
import { smallTrainer } from "../../small_policy.ts";

const device = await sharedDevice();

/** Without a token that stops, every sample has 4 + 5 - 1 rows. */
const long = { maxNewTokens: 5, learningRate: 0.01 };

for (const more of [{}, { beta: 0.1 }, { tis: 2 }]) {
  test(`a prompt with a completion longer than microBatchRows takes a pass of its own: ${JSON.stringify(more)}`, async () => {
    const steps = await Promise.all(
      [6, 4096].map(async (microBatchRows) => {
        const { trainer, model } = await smallTrainer(device, { stop: [], grpo: { ...long, ...more, microBatchRows } });
        const { metrics } = await trainer.train();
        trainer.destroy();
        model.destroy();
        return metrics;
      }),
    );
    const [one, other] = steps.map(({ loss, grad_norm }) => [loss!, grad_norm!]);
    for (const [i, value] of one!.entries()) {
      assert.ok(Math.abs(value - other![i]!) < 1e-5 * (1 + Math.abs(value)), `${one} and ${other}`);
    }
  });
}
