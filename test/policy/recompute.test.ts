import assert from "node:assert/strict";
import { test } from "node:test";
import { sharedDevice } from "../shared_device.ts";
import { CONFIGS, twoUpdates, type Wanted } from "./two_updates.ts";

const device = await sharedDevice();

const CASES: Readonly<Record<string, Wanted>> = {
  "one pass": { cut: [6] },
  "micro-batches of uneven length": { cut: [1, 3, 2] },
  "activations in 16 bits": { cut: [6], activations: "f16" },
  "micro-batches, activations in 16 bits, logits in chunks": { cut: [2, 4], activations: "f16", chunkBytes: 1 },
  "attention alone is trained": { cut: [2, 4], frozen: (name) => (/attn/.test(name) ? undefined : "f32") },
  "supervised learning": { cut: [2, 4], aggregate: "supervised" },
};

const bits = (values: Float32Array): string => Buffer.from(values.buffer).toString("hex");

for (const [family, config] of Object.entries(CONFIGS)) {
  for (const [name, wanted] of Object.entries(CASES)) {
    test(`${family}: blocks that are computed again leave every bit of two updates as it is, ${name}`, async () => {
      const kept = await twoUpdates(device, config, wanted);
      const again = await twoUpdates(device, config, { ...wanted, recompute: true });
      assert.deepEqual(again.losses, kept.losses, `losses on ${device.name}`);
      again.gradients.forEach((gradient, i) => {
        assert.ok(bits(gradient) === bits(kept.gradients[i]!), `the gradients of update ${i + 1} on ${device.name}`);
      });
      assert.ok(bits(again.weights) === bits(kept.weights), `the weights on ${device.name}`);
      assert.ok(again.bytes < 0.85 * kept.bytes, `${again.bytes} bytes, ${kept.bytes} without`);
    });
  }
}
