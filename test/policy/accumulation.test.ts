import assert from "node:assert/strict";
import { after, test } from "node:test";
import { relativeError } from "../../src/gpu/relative_error.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { CONFIGS, twoUpdates, type Wanted } from "./two_updates.ts";

const device = await openDevice();
after(() => device.destroy());

/** Trains the second block alone, as adapters are trained. */
const frozen = (name: string): "f32" | undefined => (/\.1\./.test(name) ? undefined : "f32");

/** Ways to take a step of six samples, the third of which is masked. */
const WAYS: Readonly<Record<string, Omit<Wanted, "aggregate">>> = {
  "in three passes, one of masked tokens alone": { cut: [2, 1, 3] },
  "in six passes, computed again, logits in chunks": { cut: [1, 1, 1, 1, 1, 1], recompute: true, chunkBytes: 1 },
  "in one pass, logits in chunks": { cut: [6], chunkBytes: 1 },
};

for (const aggregate of ["token-mean", "sequence-mean", "constant", "supervised"] as const) {
  test(`a step gives one gradient and one loss however it is taken: ${aggregate}`, async () => {
    for (const given of [{}, { activations: "f16" }, { frozen }] as const) {
      const whole = await twoUpdates(device, CONFIGS.llama!, { cut: [6], aggregate, ...given });
      assert.ok(
        whole.gradients[0].some((value) => value !== 0),
        "there is a gradient",
      );
      for (const [name, way] of Object.entries(WAYS)) {
        const { losses, gradients } = await twoUpdates(device, CONFIGS.llama!, { ...way, aggregate, ...given });
        const error = relativeError(gradients[0], whole.gradients[0]);
        const where = `${name}, ${JSON.stringify(given)}, on ${device.name}`;
        assert.ok(error < 1e-5, `gradients: relative error ${error}, ${where}`);
        losses.forEach((loss, i) => {
          const before = whole.losses[i]!;
          // The weights differ by rounding after the first update, which AdamW magnifies where a gradient is nearly 0.
          assert.ok(Math.abs(loss - before) < [1e-6, 2e-4][i]! * (1 + Math.abs(before)), `loss ${loss} instead of ${before}, ${where}`);
        });
      }
    }
  });
}
